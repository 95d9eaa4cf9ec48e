import { DomainError } from '@guichet/problem'

const FASTIFY: Record<string, string> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported-media-type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'payload-too-large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request-invalid',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request-invalid',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-invalid',
  FST_ERR_VALIDATION: 'request-invalid',
  FST_ERR_BAD_URL: 'not-found',
  FST_ERR_NOT_FOUND: 'not-found',
  FST_REQ_FILE_TOO_LARGE: 'payload-too-large',
  FST_FILES_LIMIT: 'request-invalid',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'unsupported-media-type',
  SyntaxError: 'request-invalid',
}

/** The database or a network peer is away, or too slow: nothing is wrong with the request, so 503 and not 500. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'CONNECTION_ENDED',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57014', // query_canceled: statement_timeout
  '55P03', // lock_not_available: lock_timeout
  '53100', // disk_full
  '53200', // out_of_memory
  '53300', // too_many_connections
  '08006', // connection_failure
  '40001', // serialization_failure, after its retries
  '40P01', // deadlock_detected, after its retries
])
const AWAY_MESSAGE =
  /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Cannot use a pool after/

/** Gives every error that a service can throw its problem code; what it does not know stays as it is: a bare 500. */
export function toDomainError(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : error.name
  const known = FASTIFY[code]
  if (known) return new DomainError(known, {}, { cause: error })
  if (AWAY.has(code) || AWAY_MESSAGE.test(error.message)) return new DomainError('unavailable', {}, { cause: error })
  if ('statusCode' in error && error.statusCode === 400) return new DomainError('request-invalid', {}, { cause: error })
  return error
}
