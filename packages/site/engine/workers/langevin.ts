import { expose } from "comlink";
import { step } from "../langevin.ts";

expose({ step });
