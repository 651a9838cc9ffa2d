// Takes as GET /takes has them.

import { Desk } from "../desk";

/** As GET /takes has it. */
export interface Take {
  id: string;
  dimension: number;
  seconds: number;
  rows: number;
  performer: number;
  model: number;
  when: string | number;
  instrument: string;
  running: boolean;
  set_aside: boolean;
  marks: number | unknown[];
  bytes: number;
  /** Why it cannot be read, if it cannot. */
  error?: string | null;
}

/** Newest first. */
export const readTakes = (desk: Desk): Promise<Take[]> => desk.get<Take[]>("/takes");

/** Whether something can be learnt from it. */
export const isReadable = (take: Take): boolean => !take.error && take.dimension > 1;
