import { describe, expect, it } from 'vitest'
import { textsOf } from '../src/messages/catalogue.server.ts'
import type { BulkMessage } from '../src/messaging/bulk.ts'
import { bulkField, checkBulk, firstText, valuesOf } from '../src/messaging/bulk-form.server.ts'

const t = textsOf('fr')
const PARIS = 'Europe/Paris'
const WORDS = { 'subject.fr': 'Bonjour', 'body.fr': 'À bientôt.' }

describe('the form of a message to many', () => {
  it('reads nothing chosen as everybody', () => {
    const { check, body } = checkBulk({ ...WORDS, orderState: 'confirmed', checkedIn: '', language: '' }, PARIS, t)
    expect(check.faults).toEqual([])
    expect(body).toEqual({
      purpose: 'information',
      segment: {},
      subject: { fr: 'Bonjour' },
      body: { fr: 'À bientôt.' },
    })
  })

  it('shows what it has read, day by day of the venue’s clock', () => {
    const values = {
      ...WORDS,
      purpose: 'marketing',
      orderState: 'held',
      ticketTypeIds: 'typ_1 typ_2',
      checkedIn: 'no',
      language: 'fr',
      boughtFrom: '2027-03-27',
      // The clock goes forward on the 28th: the day has 23 hours.
      boughtUntil: '2027-03-28',
    }
    const { body } = checkBulk(values, PARIS, t)
    expect(body.segment).toMatchObject({
      boughtFrom: '2027-03-26T23:00:00Z',
      boughtBefore: '2027-03-28T22:00:00Z',
      checkedIn: false,
    })
    const shown = valuesOf(body as unknown as BulkMessage, PARIS)
    expect(shown).toMatchObject({ ...values, 'subject.en': '', 'body.en': '' })
  })

  it('writes to those who have not paid only what they agreed to', () => {
    const held = (purpose: string) => checkBulk({ ...WORDS, orderState: 'held', purpose }, PARIS, t).check.faults
    expect(held('information').map(({ field }) => field)).toEqual(['purpose'])
    expect(held('marketing')).toEqual([])
  })

  it('wants a subject and a text in each language that has one of them, and one language at least', () => {
    const faults = (values: Record<string, string>) =>
      checkBulk(values, PARIS, t).check.faults.map(({ field }) => field)
    expect(faults({ 'subject.fr': 'Bonjour' })).toEqual(['body.fr'])
    expect(faults({ ...WORDS, 'body.en': 'Hello' })).toEqual(['subject.en'])
    expect(faults({ ...WORDS, 'body.en': firstText(t) })).toEqual([])
    expect(faults({})).toEqual(['subject.fr'])
  })

  it('finds the field of each fault', () => {
    expect(
      ['/body/fr', '/subject/en', '/segment/boughtBefore', '/segment/language', '/purpose'].map(bulkField),
    ).toEqual(['body.fr', 'subject.en', 'boughtUntil', 'language', 'purpose'])
  })
})
