/** RFC 9457 problem documents, as the services answer them. */
export interface ProblemDocument {
  code: string
  title: string
  detail?: string
  errors?: { pointer: string; detail: string }[]
  [fact: string]: unknown
}

export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly problem: ProblemDocument
  /** When the service says to ask again. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: ProblemDocument, options?: { cause?: unknown; retryAfterSeconds?: number }) {
    super(problem.detail ?? problem.title, options)
    this.retryAfterSeconds = options?.retryAfterSeconds
    this.status = status
    this.problem = problem
  }

  get code(): string {
    return this.problem.code
  }
}
