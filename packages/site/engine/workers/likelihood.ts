import { expose } from "comlink";
import { likelihood } from "../likelihood.ts";

expose({ likelihood });
