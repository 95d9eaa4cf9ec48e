import { DomainError } from '@guichet/problem'

interface Terms {
  minPerOrder: number
  maxPerOrder: number
  salesStartAt: Date | null
  salesEndAt: Date | null
}

/** What the schema cannot say: how the fields of a ticket type stand to each other. */
export function assertTerms({ minPerOrder, maxPerOrder, salesStartAt, salesEndAt }: Terms): void {
  const errors: { pointer: string; detail: string }[] = []
  if (maxPerOrder < minPerOrder) errors.push({ pointer: '/maxPerOrder', detail: 'must not be below minPerOrder' })
  if (salesStartAt && salesEndAt && salesEndAt <= salesStartAt) {
    errors.push({ pointer: '/salesEndAt', detail: 'must be after salesStartAt' })
  }
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
}

export function toInstant(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null
}
