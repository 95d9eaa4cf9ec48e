import { DomainError, type FieldError } from '@guichet/problem'
import type { TicketTypeTerms } from './ticket-type-terms.ts'

/** What the schema cannot say: how the fields of a ticket type stand to each other. */
export function assertTerms(terms: TicketTypeTerms): void {
  const { minPerOrder, maxPerOrder, maxPerBuyer, salesStartAt, salesEndAt } = terms
  const errors: FieldError[] = []
  const refuse = (pointer: string, detail: string) => errors.push({ pointer, detail })
  if (maxPerOrder < minPerOrder) refuse('/maxPerOrder', 'must not be below minPerOrder')
  if (maxPerBuyer !== null && maxPerBuyer < minPerOrder) refuse('/maxPerBuyer', 'must not be below minPerOrder')
  if (salesStartAt && salesEndAt && salesEndAt <= salesStartAt) refuse('/salesEndAt', 'must be after salesStartAt')
  if (terms.suggestedPriceMinor !== null) {
    if (terms.pricing === 'fixed') refuse('/suggestedPriceMinor', 'is only for a price that the buyer chooses')
    else if (terms.suggestedPriceMinor < terms.priceMinor) {
      refuse('/suggestedPriceMinor', 'must not be below priceMinor, which is the least')
    }
  }
  if (terms.maxPerTicket !== null && terms.addOnTo.length === 0) refuse('/maxPerTicket', 'is only for an add-on')
  if (errors.length > 0) throw new DomainError('request-invalid', {}, { errors })
}

export function toInstant(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null
}
