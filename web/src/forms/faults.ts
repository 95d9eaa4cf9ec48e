/** A fault of one field of a form: `field` is the input's id. */
export interface Fault {
  field: string
  message: string
}

/** What a form's action answers when it refuses: everything typed, and what to correct. */
export interface Refusal {
  values: Record<string, string>
  faults: Fault[]
  /** A refusal of the whole form. */
  problem?: string
}

export function faultOf(faults: Fault[] | undefined, field: string): string | undefined {
  return faults?.find((fault) => fault.field === field)?.message
}
