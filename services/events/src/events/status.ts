import { DomainError } from '@guichet/problem'

export type Status = 'draft' | 'published' | 'cancelled'
export type Act = 'edit' | 'publish' | 'cancel'

/**
 * The life of an event: draft → published → cancelled. Cancelled is the end, because its orders are being refunded.
 * Repeating an act that is done changes nothing.
 * @returns the status after the act.
 * @throws DomainError `event-cancelled` or `event-not-published`.
 */
export function transition(status: Status, act: Act): Status {
  switch (act) {
    case 'edit':
      if (status === 'cancelled') throw new DomainError('event-cancelled')
      return status
    case 'publish':
      if (status === 'cancelled') throw new DomainError('event-cancelled')
      return 'published'
    case 'cancel':
      if (status === 'draft') throw new DomainError('event-not-published')
      return 'cancelled'
  }
}
