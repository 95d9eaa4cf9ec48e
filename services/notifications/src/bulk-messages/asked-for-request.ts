import { DomainError } from '@guichet/problem'
import { NotSent } from '../deliveries/not-sent.ts'

/** An answer of another service for somebody who waits: it has no such thing, or it is away. */
export async function askedForRequest<T>(asking: Promise<T>): Promise<T> {
  try {
    return await asking
  } catch (error) {
    if (!(error instanceof NotSent)) throw error
    throw new DomainError(error.how === 'refused' ? 'not-found' : 'unavailable', {}, { cause: error })
  }
}
