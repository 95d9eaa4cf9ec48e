import { join } from 'node:path'
import { createLog, newUuid, toId } from '@guichet/server'
import { startPrism } from '@guichet/testkit/prism'
import { createSms } from '../../src/sms/provider.ts'
import { encodeSms } from '../../src/sms/segments.ts'
import { ACCOUNT, startTwilio } from './twilio-fake.ts'

/**
 * Has each request that our adapter makes looked at by a mock made from Twilio's own OpenAPI. Both are brought along:
 *
 *     GUICHET_VENDOR_OPENAPI=<folder> GUICHET_PRISM=<…/@stoplight/prism-cli/dist/index.js> node check-vendor-openapi.ts
 *
 * Ends with 1 when a request is refused, or when the mock accepts one that was spoiled on purpose.
 */
const folder = process.env.GUICHET_VENDOR_OPENAPI
const main = process.env.GUICHET_PRISM
if (!folder || !main) {
  console.error('Nothing was checked: GUICHET_VENDOR_OPENAPI and GUICHET_PRISM must name the documents and Prism.')
  process.exit(2)
}

const twilio = await startTwilio()
for (const from of ['%2B33700000000', `MG${'0'.repeat(32)}`]) {
  const provider = createSms(twilio.smsUrl.replace('%2B33700000000', from), {
    sender: 'Guichet',
    publicUrl: 'https://tickets.example.org',
    log: createLog('sms', 'silent'),
    now: () => new Date(),
  })
  const sms = { to: '+33612345678', content: encodeSms('Billet 🎫', true), key: toId('dlv', newUuid()) }
  await provider?.send({ ...sms, unsureSince: undefined }, AbortSignal.timeout(5_000))
  // After a try whose end nobody knows, it looks first.
  await provider?.send({ ...sms, unsureSince: new Date() }, AbortSignal.timeout(5_000))
}
await twilio.stop()

const prism = await startPrism(main, join(folder, 'twilio_messages.json'))
let failures = 0
for (const { method, path, query, headers, body } of twilio.calls) {
  const target = query.size === 0 ? path : `${path}?${query}`
  const kept = { authorization: String(headers.authorization), 'content-type': String(headers['content-type'] ?? '') }
  const objection = await prism.objection(method, target, kept, body)
  console.log(`Twilio: ${prism.operation(method, path)}: ${objection ?? 'accepted'}`)
  if (objection !== undefined) failures += 1
}
// The controls: a mock that lets everything pass would prove nothing.
const type = { authorization: 'Basic x', 'content-type': 'application/x-www-form-urlencoded' }
const messages = `/2010-04-01/Accounts/${ACCOUNT.sid}/Messages.json`
for (const [target, body] of [
  [messages, 'Body=no+recipient'],
  [messages, 'To=%2B33612345678&Body=x&ValidityPeriod=soon'],
  [messages.replace(ACCOUNT.sid, 'AC-none'), 'To=%2B33612345678&Body=x'],
] as const) {
  const objection = await prism.objection('POST', target, type, body)
  console.log(`Twilio: ${body}, spoiled: ${objection === undefined ? 'ACCEPTED' : 'refused, as it must be'}`)
  if (objection === undefined) failures += 1
}
await prism.stop()
process.exit(failures === 0 ? 0 : 1)
