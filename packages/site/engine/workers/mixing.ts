import { expose } from "comlink";
import { mixing } from "../mixing.ts";

expose({ mixing });
