import { expose } from "comlink";
import { diffusion } from "../diffusion.ts";

expose({ diffusion });
