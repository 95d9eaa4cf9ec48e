import encodeQR from 'qr'
import { describe, expect, it } from 'vitest'
import type { Order } from '../src/api/types.ts'
import { safeNext } from '../src/session/next.server.ts'
import { calendarOf } from '../src/tickets/calendar.server.ts'
import { linesOf } from '../src/tickets/choice.server.ts'
import { intentionKey } from '../src/tickets/placing.server.ts'
import { drawQr } from '../src/tickets/qr.server.ts'
import { posterTiles } from '../src/ui/poster.ts'

describe('a ticket’s code', () => {
  it('is drawn module for module', () => {
    const code = `GT1.${'a'.repeat(46)}.${'b'.repeat(86)}`
    const { size, path } = drawQr(code)
    const drawn = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
    for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
      drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(width))
    }
    expect(drawn).toEqual(encodeQR(code, 'raw', { ecc: 'medium', border: 4 }))
  })
})

describe('an order', () => {
  it('takes the quantities above zero, in an order that does not depend on the form', () => {
    const form = {
      'quantity.typ_b': '2',
      'quantity.typ_a': '1',
      'quantity.typ_c': '0',
      requestKey: 'k',
      'quantity.typ_d': 'x',
    }
    expect(linesOf(form)).toEqual([
      { ticketTypeId: 'typ_a', quantity: 1 },
      { ticketTypeId: 'typ_b', quantity: 2 },
    ])
  })

  it('is the same for the same intention only', () => {
    expect(intentionKey('page', 'lines')).toBe(intentionKey('page', 'lines'))
    expect(intentionKey('page', 'lines')).not.toBe(intentionKey('page', 'other lines'))
    expect(intentionKey('a\nb', 'c')).toMatch(/^[\w-]{43}$/)
  })
})

it('the calendar file is iCalendar: CRLF, lines of at most 75 octets, escaped text, UTC', () => {
  const order = {
    id: 'ord_1',
    eventId: 'evt_1',
    event: {
      title: { fr: `Été; à l’${'é'.repeat(60)}, une \\ soirée` },
      startsAt: '2026-03-14T19:30:00Z',
      endsAt: '2026-03-14T22:00:00Z',
      timeZone: 'Europe/Paris',
      venue: { online: false },
      status: 'published',
    },
  } as unknown as Order
  const text = calendarOf(
    order,
    'fr',
    'https://tickets.example',
    'Le Trianon\rATTENDEE:mailto:x@y.example',
    new Date(0),
  )
  const lines = text.split('\r\n')
  expect(lines.every((line) => Buffer.byteLength(line) <= 75 && !line.includes('\n'))).toBe(true)
  expect(text.replaceAll('\r\n ', '')).toContain(`SUMMARY:Été\\; à l’${'é'.repeat(60)}\\, une \\\\ soirée`)
  expect(lines).toContain('DTSTART:20260314T193000Z')
  expect(text).not.toMatch(/\r(?!\n)/)
  expect(text.replaceAll('\r\n ', '')).toContain('LOCATION:Le Trianon\\nATTENDEE:mailto:x@y.example')
  expect(lines).toContain('URL:https://tickets.example/fr/events/evt_1')
})

it('after signing in, nobody is sent to another site', () => {
  const home = '/fr'
  expect(safeNext('/fr/console?x=1', home)).toBe('/fr/console?x=1')
  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/fr\\..',
    '/fr/..//evil.example',
    '/fr/%2e%2e//evil.example',
    '/fr/..\\/evil.example',
    '/en/../api/events',
    'javascript:alert(1)',
    '/api/x',
    '',
    null,
  ]) {
    expect(safeNext(next, home)).toBe(home)
  }
})

it('an event without a picture always has the same poster, and another event another', () => {
  expect(posterTiles('evt_1')).toEqual(posterTiles('evt_1'))
  expect(posterTiles('evt_1')).not.toEqual(posterTiles('evt_2'))
})
