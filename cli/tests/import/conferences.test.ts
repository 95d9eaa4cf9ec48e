import { describe, expect, it } from 'vitest'
import { one, parse, reasons } from './reading.ts'

describe('conferences', () => {
  const record = (own: object = {}) => ({
    name: 'CodeMash',
    url: 'https://codemash.org',
    startDate: '2027-01-14',
    endDate: '2027-01-17',
    city: 'Sandusky, OH',
    country: 'U.S.A.',
    online: false,
    locales: 'EN',
    topics: ['general'],
    ...own,
  })

  it('become events from nine to six in the zone of the place', () => {
    expect(one('conferences', JSON.stringify([record()]))?.body).toMatchObject({
      title: { en: 'CodeMash' },
      startsAt: '2027-01-14T14:00:00Z',
      endsAt: '2027-01-17T23:00:00Z',
      timeZone: 'America/New_York',
      venue: { city: 'Sandusky, OH', country: 'US', online: false },
      category: 'conference',
      url: 'https://codemash.org',
    })
  })

  it.each([
    [{ city: 'Paris', country: 'France', locales: 'FR' }, 'Europe/Paris', { fr: 'CodeMash' }],
    [
      { city: 'São Paulo', country: 'Brazil', locales: 'EN,FR' },
      'America/Sao_Paulo',
      { en: 'CodeMash', fr: 'CodeMash' },
    ],
    [{ city: 'Brisbane', country: 'Australia', locales: 'DE' }, 'Australia/Brisbane', { en: 'CodeMash' }],
    [{ city: 'Edinburgh', country: 'Scotland' }, 'Europe/London', { en: 'CodeMash' }],
    [{ city: undefined, country: undefined, online: true }, 'UTC', { en: 'CodeMash' }],
  ])('in %o are in %s', (own, zone, title) => {
    const body = one('conferences', JSON.stringify([record(own)]))?.body
    expect(body?.timeZone).toBe(zone)
    expect(body?.title).toEqual(title)
  })

  it('are refused one by one with their line, and the rest is read', () => {
    const good = JSON.stringify(record())
    const text = `[\n${good},\n{"name": 1, "startDate": "x"},\n{"name": "No start"},\n{"name": "Bad", "startDate": "2027-13-45"},\n{"name": "Backwards", "startDate": "2027-05-02", "endDate": "2027-05-01"},\n42,\n{broken},\n${good}\n]`
    const parsed = parse('conferences', text)
    expect(parsed.records).toHaveLength(1)
    expect(parsed.refused.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9])
    expect(parsed.refused.map(({ reason }) => reason)).toEqual([
      '"x" is not a date',
      'it has no startDate',
      '"2027-13-45T09:00" is not a date',
      'it ends before it starts',
      'it is not an object',
      'it is not valid JSON',
      'it is the same record as in line 2',
    ])
  })

  it('of a file that breaks off are read up to there', () => {
    const text = `[${JSON.stringify(record())}, {"name": "Half`
    expect(parse('conferences', text).records).toHaveLength(1)
    expect(reasons('conferences', text)).toEqual([[1, 'it is not valid JSON']])
  })
})
