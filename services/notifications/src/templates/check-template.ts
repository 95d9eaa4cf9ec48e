import type { Language } from '@guichet/problem'
import { paletteOf } from '../letters/palette.ts'
import { renderLetter } from '../letters/render-letter.ts'
import { BLOCKS, bodyLanguage, lineLanguage } from './language.ts'
import { HTML_MAX } from './render-from-template.ts'
import { sampleDraft } from './samples.ts'
import { LINES, type Template } from './template.ts'
import { vocabularyOf } from './vocabulary.ts'
import { writeLetter } from './write-letter.ts'

/** What is wrong with a template, and where. A fault keeps it from being saved; a warning does not. */
export interface Finding {
  field: keyof Template
  /** From 1. */
  line: number
  code: 'syntax' | 'too-costly' | 'too-large' | 'unknown-variable' | 'unknown-block' | 'missing-block'
  /** The name in question, or LiquidJS' words. */
  detail: string
}

export interface Findings {
  faults: Finding[]
  warnings: Finding[]
}

const FIELDS = [...LINES, 'body'] as const
const SHOP = { name: 'Guichet', url: 'https://guichet.example' }

/** Reads a template as its mails will be written, with made-up data. */
export async function checkTemplate(
  kind: string,
  language: Language,
  template: Template,
  now: Date,
): Promise<Findings> {
  const read = FIELDS.map((field) => readField(kind, field, template[field]))
  const faults = read.flatMap((findings) => findings.faults)
  const warnings = [...read.flatMap((findings) => findings.warnings), ...missingBlocks(kind, template.body)]
  if (faults.length === 0) faults.push(...(await tryOut(kind, language, template, now)))
  return { faults, warnings }
}

/** What is wrong with one field of a template of a kind. */
export function readField(kind: string, field: keyof Template, source: string): Findings {
  const engine = field === 'body' ? bodyLanguage : lineLanguage
  try {
    const { globals } = engine.analyzeSync(engine.parse(source), { partials: false })
    const known = [...(vocabularyOf(kind)?.variables ?? []), 'language']
    const unknown = Object.values(globals)
      .flat()
      .map((variable) => ({ name: variable.segments.map(String).join('.'), line: variable.location.row }))
      .filter(({ name }) => !known.includes(name))
    const warnings = unknown.map(({ name, line }): Finding => ({ field, line, code: 'unknown-variable', detail: name }))
    return { faults: [], warnings: [...warnings, ...(field === 'body' ? unknownBlocks(kind, source) : [])] }
  } catch (error) {
    return { faults: [faultOf(field, error)], warnings: [] }
  }
}

/** LiquidJS says `tag "for" not found, line:3, col:1`. */
function faultOf(field: keyof Template, error: unknown): Finding {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
  const [, detail = first, line = '1'] = /^(.*?)(?:, file:.*)?, line:(\d+), col:\d+$/.exec(first) ?? []
  return { field, line: Number(line), code: /limit exceeded/.test(detail) ? 'too-costly' : 'syntax', detail }
}

const placed = (source: string) =>
  [...source.matchAll(/\{%-?\s*([a-z]+)/g)].map((found) => ({
    name: found[1] ?? '',
    line: source.slice(0, found.index).split('\n').length,
  }))

/** Blocks that other kinds have: this one has nothing to put there. */
function unknownBlocks(kind: string, body: string): Finding[] {
  const own: readonly string[] = vocabularyOf(kind)?.blocks ?? []
  return placed(body)
    .filter(({ name }) => (BLOCKS as readonly string[]).includes(name) && !own.includes(name))
    .map(({ name, line }) => ({ field: 'body', line, code: 'unknown-block', detail: name }))
}

function missingBlocks(kind: string, body: string): Finding[] {
  const names = placed(body).map(({ name }) => name)
  return (vocabularyOf(kind)?.essential ?? [])
    .filter((name) => !names.includes(name))
    .map((detail) => ({ field: 'body', line: body.split('\n').length, code: 'missing-block', detail }))
}

async function tryOut(kind: string, language: Language, template: Template, now: Date): Promise<Finding[]> {
  try {
    const letter = writeLetter(sampleDraft(kind, { language, now, shop: SHOP }), { shop: SHOP }, template)
    const { html } = await renderLetter({ ...letter, palette: paletteOf() })
    const bytes = Buffer.byteLength(html)
    return bytes <= HTML_MAX ? [] : [{ field: 'body', line: 1, code: 'too-large', detail: String(bytes) }]
  } catch (error) {
    return [faultOf('body', error)]
  }
}
