import { randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { createSimulatedProvider } from '../../src/payments/providers/simulated.ts'
import { SECRETS } from '../fixture.ts'
import { startPayments } from '../payments-process.ts'
import { type Fault, type Operation, providerContract, type Received } from './contract.ts'

const ON: Record<Operation, string> = { open: 'create', find: 'read', close: 'expire', refund: 'refund' }
const NEXT: Record<Fault, string> = {
  'lost-before': 'timeout-before',
  'lost-after': 'timeout-after-charge',
  'error-after': '500-after-charge',
  'too-many': '429',
}

providerContract('simulated', async () => {
  const payments = await startPayments()
  const options = {
    url: payments.url,
    apiKey: SECRETS.simulatedApiKey,
    webhookSecret: SECRETS.simulatedWebhookSecret,
    // Nobody listens: what it would send is made here.
    webhookUrl: 'http://127.0.0.1:9/',
  }
  await payments.control({ webhooks: 'drop' })
  return {
    provider: createSimulatedProvider(options),
    impatient: createSimulatedProvider({ ...options, timeoutMs: 1_000 }),
    withWrongKey: createSimulatedProvider({ ...options, apiKey: 'a key that was never given to anybody' }),
    buyer: async ({ redirectUrl }, act) => void (await payments.act(redirectUrl, act)),
    fault: (operation, fault) => payments.control({ next: NEXT[fault], on: ON[operation] }),
    async journal() {
      const { charges, refunds } = await payments.journal()
      return {
        charges: charges.map(({ reference, amountMinor, currency }) => ({
          paymentId: reference,
          amountMinor,
          currency,
        })),
        refunds: refunds.map(({ idempotencyKey, amountMinor }) => ({ refundId: idempotencyKey, amountMinor })),
      }
    },
    webhook: async (paymentId) => signed({ type: 'payment.succeeded', data: { reference: paymentId } }),
    forgeries: async ({ headers, body }) => ({
      'the secret of another': signed(JSON.parse(body.toString()), {
        signer: new Webhook(`whsec_${Buffer.from('another secret of thirty-two byte').toString('base64')}`),
      }),
      '301 s old': signed(JSON.parse(body.toString()), { at: new Date(Date.now() - 301_000) }),
      // By a minute: what is a second too far ahead no longer is, once the others have been tried.
      'from the future': signed(JSON.parse(body.toString()), { at: new Date(Date.now() + 360_000) }),
      'the signature of another webhook': { headers: { ...headers, 'webhook-id': 'msg_other' }, body },
    }),
    currencies: { EUR: 4_900, JPY: 4_900, KWD: 4_905 },
    stop: payments.stop,
  }
})

function signed(
  content: object,
  { signer = new Webhook(SECRETS.simulatedWebhookSecret), at = new Date() } = {},
): Received {
  const id = `msg_${randomUUID()}`
  const body = JSON.stringify(content)
  return {
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signer.sign(id, at, body),
    },
    body: Buffer.from(body),
  }
}
