import { describe, expect, it } from 'vitest'
import { one, parse, reasons } from './reading.ts'

describe('tables', () => {
  it('are read with French headers, semicolons, a byte order mark, decimal commas and a place on sale', () => {
    const text =
      '\ufeffTitre;Début;Heure;Fin;Heure de fin;Lieu;Ville;Pays;Catégorie;Prix;Devise;Places\r\n"Nuit; à l’Opéra";01/05/2027;20h30;;23:00;Garnier;Paris;France;Opéra;49,50;EUR;200\r\n'
    const record = one('csv', text)
    expect(record?.line).toBe(2)
    expect(record?.ticketTypes).toEqual([{ name: 'Standard', priceMinor: 4950, currency: 'EUR', capacity: 200 }])
    expect(record?.body).toMatchObject({
      title: { fr: 'Nuit; à l’Opéra' },
      startsAt: '2027-05-01T18:30:00Z',
      endsAt: '2027-05-01T21:00:00Z',
      timeZone: 'Europe/Paris',
      venue: { name: 'Garnier', city: 'Paris', country: 'FR' },
      category: 'theatre',
    })
  })

  it('are read with English headers, commas, both languages and ISO dates', () => {
    const text =
      'id,title_en,title_fr,start,end,timezone,online\n7,Night,Nuit,2027-05-01 20:00,2027-05-01T22:00,Europe/Brussels,yes\n'
    expect(one('csv', text)?.body).toMatchObject({
      title: { en: 'Night', fr: 'Nuit' },
      startsAt: '2027-05-01T18:00:00Z',
      endsAt: '2027-05-01T20:00:00Z',
      venue: { online: true },
    })
  })

  it('have their rows refused one by one, with the line where each begins', () => {
    const text =
      'title,start,end,city,country,timezone,price,capacity\n' +
      'ok,2027-05-01,,Paris,France,,,\n' + // 2
      ',2027-05-01,,Paris,France,,,\n' + // 3
      'no start,,,Paris,France,,,\n' + // 4
      'bad,31/02/2027,,Paris,France,,,\n' + // 5
      'zone,2027-05-01,,Paris,France,Mars/Base,,\n' + // 6
      '"two\nlines",2027-05-01,,Paris,France,,,\n' + // 7, 8
      'price,2027-05-01,,Paris,France,,cheap,10\n' + // 9
      'short\n' + // 10
      'nowhere,2027-05-01\n' // 11
    const parsed = parse('csv', text)
    expect(parsed.records.map(({ label, line }) => [line, label])).toEqual([
      [2, 'ok'],
      [7, 'two\nlines'],
    ])
    expect(parsed.refused.map(({ line, reason }) => [line, reason])).toEqual([
      [3, 'it has no title'],
      [4, 'it has no start'],
      [5, '"2027-02-31T09:00" is not a date'],
      [6, '"Mars/Base" is not a time zone'],
      [9, '"cheap " is not a price'],
      [10, 'it has no start'],
      [11, 'it has no place and is not online'],
    ])
    expect(reasons('csv', 'a,b\n1,2\n')[0]?.[1]).toMatch(/column for the title/)
    expect(parse('csv', '').refused).toHaveLength(1)
  })
})
