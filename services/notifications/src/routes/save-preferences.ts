import { DomainError } from '@guichet/problem'
import { type App, createRateLimits } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { choicesOf, readerOf } from '../consent/preferences.ts'
import { saveChoices } from '../consent/save-choices.ts'
import type { Context } from '../context.ts'
import { ChoiceFields, Preferences, PreferencesParams, presentPreferences } from './get-preferences.ts'

const Wording = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 500, pattern: '\\S' }),
    version: Type.String({ minLength: 1, maxLength: 40 }),
  },
  { description: 'The sentence beside the box, as it was read: the proof of a consent.' },
)
const WishedBody = Type.Object({ ...ChoiceFields, wording: Type.Optional(Wording) })
const body = Type.Object({
  language: Type.Enum(['en', 'fr']),
  choices: Type.Array(WishedBody, { minItems: 1, maxItems: 8 }),
})

/** PUT /v1/preferences/{token}: what changes is written down with the time; the rest stays as it is. */
export function savePreferences(app: App, ctx: Context): void {
  // Each change of mind is kept as proof: whoever holds a link fills no disk with them.
  const limits = createRateLimits({ preferences: { points: 30, duration: 3_600 } })
  app.put(
    '/v1/preferences/:token',
    {
      schema: {
        operationId: 'savePreferences',
        summary: 'Choose what may be sent',
        params: PreferencesParams,
        body,
        response: { 200: Preferences },
      },
    },
    async (request, reply) => {
      const reader = await readerOf(ctx, request.params.token)
      await limits.take(reply, 'preferences', reader.deliveryId)
      const { choices, language } = request.body
      const changed = changes(await choicesOf(ctx, reader), choices)
      await saveChoices(ctx, reader, { changed, source: 'preferences', language })
      return presentPreferences(reader, await choicesOf(ctx, reader))
    },
  )
}

type Wished = Static<typeof WishedBody>

/** Those that differ from what holds. Each must be on offer, and a yes needs the sentence that was said yes to. */
function changes(present: Awaited<ReturnType<typeof choicesOf>>, wished: Wished[]): Wished[] {
  return wished.filter((wish, index) => {
    const held = present.find(({ sender, purpose }) => sender === wish.sender && purpose === wish.purpose)
    if (!held) throw invalid(`/choices/${index}/purpose`, 'is not on offer for this link')
    if (held.granted === wish.granted) return false
    if (wish.granted && !wish.wording) throw invalid(`/choices/${index}/wording`, 'is required for a consent')
    return true
  })
}

function invalid(pointer: string, detail: string): DomainError {
  return new DomainError('request-invalid', {}, { errors: [{ pointer, detail }] })
}
