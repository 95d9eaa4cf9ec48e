import { type App, toId } from '@guichet/server'
import { Type } from 'typebox'
import { type Choice, choicesOf, type Reader, readerOf, SENDERS } from '../consent/preferences.ts'
import type { Context } from '../context.ts'
import { CHANNELS, KINDS } from '../kinds.ts'
import { mask } from '../mail/address.ts'

export const PreferencesParams = Type.Object({ token: Type.String({ maxLength: 100 }) })

export const ChoiceFields = {
  sender: Type.Enum([...SENDERS]),
  purpose: Type.Enum(['reminder', 'information', 'marketing']),
  granted: Type.Boolean(),
}

/** What somebody may choose who holds a link out of one of our messages. */
export const Preferences = Type.Object({
  recipient: Type.String({ description: 'Masked: whoever was forwarded the message learns no address from the link.' }),
  channel: Type.Enum([...CHANNELS]),
  organizerId: Type.Union([Type.String(), Type.Null()]),
  kind: Type.Enum([...KINDS], { description: 'Of the message that held the link.' }),
  choices: Type.Array(Type.Object(ChoiceFields)),
})

export function presentPreferences(reader: Reader, choices: Choice[]) {
  const { address, channel, organizerId, kind } = reader
  return {
    recipient: mask(address),
    channel,
    organizerId: organizerId && toId('org', organizerId),
    kind,
    choices,
  }
}

/** GET /v1/preferences/{token}: what may come to the address that this link was sent to. */
export function getPreferences(app: App, ctx: Context): void {
  app.get(
    '/v1/preferences/:token',
    {
      schema: {
        operationId: 'getPreferences',
        summary: 'What may be sent to the reader of a message',
        params: PreferencesParams,
        response: { 200: Preferences },
      },
    },
    async (request) => {
      const reader = await readerOf(ctx, request.params.token)
      return presentPreferences(reader, await choicesOf(ctx, reader))
    },
  )
}
