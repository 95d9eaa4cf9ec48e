import { expect } from 'vitest'
import { type Format, parseRecords } from '../../src/import/read-file.ts'

/** The day on which the tests read their files. */
const NOW = new Date('2027-01-01T00:00:00Z')

export const parse = (format: Format, text: string) => parseRecords(format, text, NOW)

/** The only record of a file in which nothing is refused. */
export function one(format: Format, text: string) {
  const parsed = parse(format, text)
  expect(parsed.refused).toEqual([])
  expect(parsed.records).toHaveLength(1)
  return parsed.records[0]
}

export const reasons = (format: Format, text: string) =>
  parse(format, text).refused.map(({ line, reason }) => [line, reason])
