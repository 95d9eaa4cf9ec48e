/** Work that goes on until it is stopped. */
export interface Job {
  /** Takes nothing new and lets what is under way end. */
  stop(): Promise<void>
}
