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

  constructor(status: number, problem: ProblemDocument, options?: { cause?: unknown }) {
    super(problem.detail ?? problem.title, options)
    this.status = status
    this.problem = problem
  }

  get code(): string {
    return this.problem.code
  }
}
