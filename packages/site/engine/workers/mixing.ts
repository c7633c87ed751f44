import { expose } from "comlink";
import { annealing, mixing } from "../mixing.ts";

expose({ annealing, mixing });
