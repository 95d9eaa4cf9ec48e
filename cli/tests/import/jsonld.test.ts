import { describe, expect, it } from 'vitest'
import { one, parse, reasons } from './reading.ts'

describe('schema.org', () => {
  const event = (own: object = {}) => ({
    '@context': 'https://schema.org',
    '@type': 'MusicEvent',
    name: 'Night',
    startDate: '2027-05-01T20:00',
    endDate: '2027-05-01T22:00',
    location: {
      '@type': 'Place',
      name: 'Olympia',
      address: {
        '@type': 'PostalAddress',
        streetAddress: '28 bd des Capucines',
        addressLocality: 'Paris',
        addressCountry: 'FR',
      },
    },
    ...own,
  })

  it('events have the place’s own time, and a category', () => {
    expect(one('jsonld', JSON.stringify(event()))?.body).toMatchObject({
      startsAt: '2027-05-01T18:00:00Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Olympia', address: '28 bd des Capucines', city: 'Paris', country: 'FR', online: false },
      category: 'concert',
    })
  })

  it('are found in arrays, graphs, lists and pages, in both languages', () => {
    const name = [
      { '@language': 'fr', '@value': 'Nuit' },
      { '@language': 'en', '@value': 'Night' },
    ]
    const graph = { '@graph': [{ '@type': 'Organization' }, event({ '@id': 'https://a.example/1', name })] }
    const list = { '@type': 'ItemList', itemListElement: [{ '@type': 'ListItem', item: event({ name: 'Second' }) }] }
    const page = `<html><head>\n<script type="application/ld+json">${JSON.stringify(graph)}</script>\n<script type="application/ld+json">\n${JSON.stringify([list])}</script>\n<script type="application/ld+json">{broken</script>`
    const parsed = parse('jsonld', page)
    expect(parsed.records.map(({ body, line }) => [line, body.title])).toEqual([
      [2, { fr: 'Nuit', en: 'Night' }],
      [4, { en: 'Second' }],
    ])
    expect(parsed.refused).toEqual([{ line: 5, label: '{broken', reason: 'it is not valid JSON' }])
  })

  it('are refused without a start, without a place, or when cancelled', () => {
    const texts = [
      event({ startDate: undefined }),
      event({ location: undefined, name: 'b' }),
      event({ eventStatus: 'https://schema.org/EventCancelled', name: 'c' }),
      event({
        location: { '@type': 'VirtualLocation', url: 'https://x.example' },
        name: 'd',
        startDate: '2027-05-01T20:00:00+02:00',
      }),
    ]
    const parsed = parse('jsonld', `[\n${texts.map((one) => JSON.stringify(one)).join(',\n')}]`)
    expect(parsed.refused).toEqual([
      { line: 2, label: 'Night', reason: 'it has no startDate' },
      { line: 3, label: 'b', reason: 'it has no place and is not online' },
      { line: 4, label: 'c', reason: 'it is cancelled' },
    ])
    expect(parsed.records[0]?.body).toMatchObject({ venue: { online: true }, startsAt: '2027-05-01T18:00:00Z' })
    expect(reasons('jsonld', '{}')).toEqual([[1, 'it holds no schema.org Event']])
  })
})
