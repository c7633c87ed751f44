import { expose } from "comlink";
import { completeDigit, drawDigits } from "../digits.ts";

expose({ drawDigits, completeDigit });
