/** Something the person at the terminal can act on: printed as one sentence, without a stack, exit code 1. */
export class Refusal extends Error {
  override name = 'Refusal'
  /** All that a failed program printed, for the log. */
  readonly details: string | undefined

  constructor(message: string, details?: string) {
    super(message)
    this.details = details
  }
}

/** What a failed file operation means in plain words; undefined when it is not the person's to solve. */
export function explainFileError(error: unknown, folder: string): Refusal | undefined {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new Refusal(`The disk is full: no space left in ${folder}; free some, then start again.`)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ENOENT':
      return new Refusal(`Cannot write to the data folder ${folder}: choose another one with --data.`)
    default:
      return undefined
  }
}
