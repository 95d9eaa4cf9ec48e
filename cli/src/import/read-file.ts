import { readFileSync, statSync } from 'node:fs'
import { Refusal } from '../refusal.ts'
import { readConferences } from './formats/conferences.ts'
import { readCsv } from './formats/csv.ts'
import { readIcs } from './formats/ics.ts'
import { readJsonLd } from './formats/jsonld.ts'
import type { Parsed } from './record.ts'

export const formats = ['conferences', 'ics', 'jsonld', 'csv'] as const
export type Format = (typeof formats)[number]

const BYTES_MAX = 64 * 1024 * 1024

/** The text of a file; UTF-8, or Windows-1252 where it is not, as spreadsheets save it. */
export function readText(path: string): string {
  try {
    if (statSync(path).size > BYTES_MAX) throw new Refusal(`${path} is larger than 64 MB: split it.`)
    return decode(readFileSync(path))
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(`Cannot read ${path} (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`)
  }
}

export function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** By what the file holds; its name decides only where that leaves it open. */
export function guessFormat(path: string, text: string): Format | undefined {
  const head = text.slice(0, 20_000).trimStart()
  if (/^BEGIN:VCALENDAR/i.test(head)) return 'ics'
  if (/^</.test(head)) return 'jsonld'
  if (/^[[{]/.test(head))
    return /"@(context|type|graph)"\s*:/.test(head) || !head.startsWith('[') ? 'jsonld' : 'conferences'
  const extension = /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase()
  if (extension === 'ics' || extension === 'ical') return 'ics'
  if (extension === 'jsonld') return 'jsonld'
  if (extension === 'csv' || extension === 'tsv' || /^[^\n]*[,;\t]/.test(head)) return 'csv'
  return undefined
}

export function parseRecords(format: Format, text: string, now: Date): Parsed {
  const parsed = read(format, text, now)
  // The same record twice would be created, then found unchanged or fought over: the first one stands.
  const seen = new Map<string, number>()
  for (const record of parsed.records) {
    const first = seen.get(record.ref)
    if (first === undefined) seen.set(record.ref, record.line)
    else
      parsed.refused.push({
        line: record.line,
        label: record.label,
        reason: `it is the same record as in line ${first}`,
      })
  }
  const taken = new Set<string>()
  const records = parsed.records.filter(({ ref }) => !taken.has(ref) && taken.add(ref))
  return { records, refused: parsed.refused.sort((a, b) => a.line - b.line) }
}

function read(format: Format, text: string, now: Date): Parsed {
  switch (format) {
    case 'conferences':
      return readConferences(text)
    case 'ics':
      return readIcs(text, now)
    case 'jsonld':
      return readJsonLd(text)
    case 'csv':
      return readCsv(text)
  }
}
