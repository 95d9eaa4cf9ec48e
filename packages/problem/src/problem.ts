/**
 * Refusals inside, problem documents outside (RFC 9457).
 *
 * Business code throws a {@link DomainError} with a code; the service's table says which status and words it has;
 * {@link toProblem} makes the document. Nothing that is not in the table can leave a service.
 */

export type Language = 'en' | 'fr'
export type Texts = { en: string; fr: string }

export interface ProblemKind {
  status: number
  title: Texts
  /** May hold `{fact}` placeholders, filled from the error's facts. */
  detail?: Texts
}

export type ProblemTable = Record<string, ProblemKind>

/** A fault of one field: `pointer` is an RFC 6901 JSON pointer into the body, or a parameter's name. */
export interface FieldError {
  pointer: string
  detail: string
}

export interface ProblemDocument {
  type: string
  title: string
  status: number
  detail?: string
  instance: string
  code: string
  errors?: FieldError[]
  [fact: string]: unknown
}

/** What a caller may see beside the words. Never secrets: those belong in `cause`. */
export type Facts = Record<string, string | number | boolean | null | string[]>

/** A refusal by the business. `facts` are shown to the caller; `cause` never is. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly code: string
  readonly facts: Facts
  readonly errors: FieldError[] | undefined

  constructor(code: string, facts: Facts = {}, options: { errors?: FieldError[]; cause?: unknown } = {}) {
    // A refusal is an answer and no fault: where it was decided is not worth a stack for each of thousands a second.
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(code, options.cause === undefined ? undefined : { cause: options.cause })
    Error.stackTraceLimit = limit
    this.code = code
    this.facts = facts
    this.errors = options.errors
  }
}

/** The problems that every service has. A service adds its own with {@link defineProblems}. */
const STANDARD = {
  'request-invalid': {
    status: 400,
    title: { en: 'The request is not valid.', fr: 'La requête n’est pas valide.' },
    detail: { en: 'Correct the fields listed under "errors".', fr: 'Corrigez les champs listés sous « errors ».' },
  },
  'idempotency-key-missing': {
    status: 400,
    title: { en: 'The Idempotency-Key header is required.', fr: 'L’en-tête Idempotency-Key est obligatoire.' },
    detail: {
      en: 'Send a unique value (a UUID, say), and the same one when you repeat the request.',
      fr: 'Envoyez une valeur unique (un UUID, par exemple), et la même si vous répétez la requête.',
    },
  },
  unauthenticated: {
    status: 401,
    title: { en: 'Sign in to continue.', fr: 'Connectez-vous pour continuer.' },
  },
  forbidden: {
    status: 403,
    title: { en: 'Your role does not allow this.', fr: 'Votre rôle ne le permet pas.' },
  },
  'cross-site': {
    status: 403,
    title: { en: 'Requests from other sites are refused.', fr: 'Les requêtes venant d’autres sites sont refusées.' },
  },
  'not-found': {
    status: 404,
    title: { en: 'Nothing was found here.', fr: 'Rien n’a été trouvé ici.' },
  },
  'method-not-allowed': {
    status: 405,
    title: { en: 'This method is not allowed here.', fr: 'Cette méthode n’est pas permise ici.' },
  },
  conflict: {
    status: 409,
    title: { en: 'This conflicts with the present state.', fr: 'Ceci est en conflit avec l’état actuel.' },
  },
  'idempotency-in-progress': {
    status: 409,
    title: { en: 'The same request is still running.', fr: 'La même requête est encore en cours.' },
    detail: { en: 'Repeat it in a moment.', fr: 'Répétez-la dans un instant.' },
  },
  'precondition-failed': {
    status: 412,
    title: { en: 'It was changed in the meantime.', fr: 'Il y a eu une modification entre-temps.' },
    detail: {
      en: 'Read it again, then repeat your change with the new ETag.',
      fr: 'Relisez-le, puis répétez votre modification avec le nouvel ETag.',
    },
  },
  'payload-too-large': {
    status: 413,
    title: { en: 'The request is too large.', fr: 'La requête est trop volumineuse.' },
  },
  'unsupported-media-type': {
    status: 415,
    title: { en: 'This content type is not accepted here.', fr: 'Ce type de contenu n’est pas accepté ici.' },
  },
  'idempotency-key-reused': {
    status: 422,
    title: {
      en: 'This Idempotency-Key was used with another request.',
      fr: 'Cette Idempotency-Key a déjà servi pour une autre requête.',
    },
    detail: { en: 'Use a new key for a new request.', fr: 'Utilisez une nouvelle clé pour une nouvelle requête.' },
  },
  'precondition-required': {
    status: 428,
    title: { en: 'The If-Match header is required.', fr: 'L’en-tête If-Match est obligatoire.' },
    detail: {
      en: 'Send the ETag that you read, so that no change of another is lost.',
      fr: 'Envoyez l’ETag que vous avez lu, pour qu’aucune modification ne soit perdue.',
    },
  },
  'rate-limited': {
    status: 429,
    title: { en: 'Too many requests.', fr: 'Trop de requêtes.' },
    detail: {
      en: 'Wait {retryAfterSeconds} s, then try again.',
      fr: 'Attendez {retryAfterSeconds} s, puis réessayez.',
    },
  },
  internal: {
    status: 500,
    title: { en: 'Something went wrong on our side.', fr: 'Une erreur s’est produite de notre côté.' },
    detail: {
      en: 'Give the "instance" to the support if it lasts.',
      fr: 'Indiquez « instance » au support si cela persiste.',
    },
  },
  unavailable: {
    status: 503,
    title: { en: 'This is not available right now.', fr: 'Ceci n’est pas disponible pour le moment.' },
    detail: { en: 'Try again in a moment.', fr: 'Réessayez dans un instant.' },
  },
} as const satisfies ProblemTable

export type StandardCode = keyof typeof STANDARD

/** The standard problems and the service's own in one table. */
export function defineProblems<const T extends ProblemTable>(
  own: T,
): ProblemTable & Record<keyof T | StandardCode, ProblemKind> {
  return { ...STANDARD, ...own }
}

function fill(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(facts, name) ? String(facts[name]) : whole))
}

/**
 * The problem document of an error, in one language. An error that the table does not know is a bare 500:
 * its message and cause stay inside.
 */
export function toProblem(error: unknown, table: ProblemTable, language: Language, instance: string): ProblemDocument {
  const known = error instanceof DomainError && Object.hasOwn(table, error.code)
  const code = known ? error.code : 'internal'
  const facts = known ? error.facts : {}
  const kind = table[code] ?? STANDARD.internal
  return {
    // First, so that no fact takes the place of what the document itself says.
    ...facts,
    type: `urn:guichet:problem:${code}`,
    title: fill(kind.title[language], facts),
    status: kind.status,
    ...(kind.detail ? { detail: fill(kind.detail[language], facts) } : {}),
    instance,
    code,
    ...(known && error.errors ? { errors: error.errors } : {}),
  }
}
