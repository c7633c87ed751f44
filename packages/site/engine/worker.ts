import { expose } from "comlink";
import { jobs } from "./jobs.ts";

// One thread: pages on plain hosts are not isolated, and share no memory.
expose(jobs);
