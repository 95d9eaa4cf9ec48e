import { randomBytes } from 'node:crypto'
import { newUuid } from '@guichet/server'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTicketCodes } from './ticket-code.ts'

const codes = createTicketCodes('h4J8kL1zX5cV9bN3mQ7wE2rT6yU0iO4p')
const facts = { ticketId: newUuid(), eventId: newUuid(), version: 1 }

it('reads back what it signed', () => {
  fc.assert(
    fc.property(fc.uuid(), fc.uuid(), fc.integer({ min: 0, max: 65_535 }), (ticketId, eventId, version) => {
      expect(codes.verify(codes.sign({ ticketId, eventId, version }))).toEqual({ ticketId, eventId, version })
    }),
    { numRuns: 100 },
  )
})

it('gives the same code on every process with the same secret, and short enough for a QR code', () => {
  expect(createTicketCodes('h4J8kL1zX5cV9bN3mQ7wE2rT6yU0iO4p').sign(facts)).toBe(codes.sign(facts))
  expect(codes.sign(facts)).toMatch(/^GT1\.[\w-]{46}\.[\w-]{86}$/)
})

it('refuses a code of which one character was changed, cut, or respelled', () => {
  const code = codes.sign(facts)
  for (let place = 0; place < code.length; place++) {
    const other = code[place] === 'A' ? 'B' : 'A'
    expect(codes.verify(code.slice(0, place) + other + code.slice(place + 1)), `place ${place}`).toBeUndefined()
  }
  for (const bad of ['', 'GT1.', code.slice(0, -1), `${code}A`, code.replace('GT1', 'GT2'), ` ${code}`, `${code}\n`]) {
    expect(codes.verify(bad)).toBeUndefined()
  }
})

it('refuses what another key signed, and random codes', () => {
  expect(codes.verify(createTicketCodes('another secret of enough length 1').sign(facts))).toBeUndefined()
  for (let attempt = 0; attempt < 1_000; attempt++) {
    const guess = `GT1.${randomBytes(34).toString('base64url')}.${randomBytes(64).toString('base64url')}`
    expect(codes.verify(guess)).toBeUndefined()
  }
})
