import { DomainError, type Language } from '@guichet/problem'
import { Type } from 'typebox'
import type { Findings } from './check-template.ts'
import { BLOCKS, SOURCE_MAX } from './language.ts'
import { EDITABLE_KINDS } from './samples.ts'
import { BLOCK_MEANINGS, MEANINGS, vocabularyOf } from './vocabulary.ts'

export const TemplateParams = Type.Object({
  organizerId: Type.String(),
  kind: Type.String({ maxLength: 60 }),
  language: Type.Enum(['en', 'fr']),
})

const Line = Type.String({ minLength: 1, maxLength: 500 })
export const TemplateBody = Type.Object({
  subject: Line,
  preheader: Type.String({ maxLength: 500 }),
  title: Line,
  body: Type.String({ minLength: 1, maxLength: SOURCE_MAX }),
})

const Words = Type.Object({ en: Type.String(), fr: Type.String() })
const Finding = Type.Object({
  field: Type.Enum(['subject', 'preheader', 'title', 'body']),
  line: Type.Integer(),
  code: Type.Enum(['syntax', 'too-costly', 'too-large', 'unknown-variable', 'unknown-block', 'missing-block']),
  detail: Type.String(),
})
export const FindingsAnswer = { faults: Type.Array(Finding), warnings: Type.Array(Finding) }

export const TemplateAnswer = Type.Object({
  kind: Type.String(),
  language: Type.Enum(['en', 'fr']),
  subject: Type.String(),
  preheader: Type.String(),
  title: Type.String(),
  body: Type.String(),
  /** False: the words are those that come with the product. */
  own: Type.Boolean(),
  /** 0 without own words. */
  version: Type.Integer(),
  updatedAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  variables: Type.Array(Type.Object({ name: Type.String(), meaning: Words })),
  blocks: Type.Array(
    Type.Object({ name: Type.Enum(['button', ...BLOCKS]), meaning: Words, essential: Type.Boolean() }),
  ),
  warnings: FindingsAnswer.warnings,
})

/** The same 404 for what nobody has and for what only the platform writes. */
export function editableKind(kind: string): void {
  if (!(EDITABLE_KINDS as readonly string[]).includes(kind)) throw new DomainError('not-found')
}

/** What a template of the kind may use, for the editor. */
export function wordsOf(kind: string) {
  const { variables = [], blocks = [], essential = [] } = vocabularyOf(kind) ?? {}
  return {
    variables: variables.map((name) => ({ name, meaning: MEANINGS[name] ?? { en: name, fr: name } })),
    blocks: (['button', ...blocks] as const).map((name) => ({
      name,
      meaning: BLOCK_MEANINGS[name],
      essential: essential.includes(name),
    })),
  }
}

/** 422 with the field, the line and the reason of each fault. */
export function refuseFaults({ faults }: Findings): void {
  if (faults.length === 0) return
  const errors = faults.map(({ field, line, detail }) => ({ pointer: `/${field}`, detail: `line ${line}: ${detail}` }))
  throw new DomainError('request-invalid', {}, { errors })
}

export type TemplateKey = { organizer_id: string; kind: string; language: Language }
