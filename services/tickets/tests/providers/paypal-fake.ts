import { createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { PayPalDispute, PayPalOrder, PayPalRefund } from '../../src/payments/providers/paypal-order.ts'
import { type Answer, type Call, minorOf, startVendor } from './vendor-fake.ts'

const TAKEN = ['EUR', 'USD', 'GBP', 'CHF', 'JPY', 'HUF', 'TWD']
const WITHOUT_DECIMALS = ['JPY', 'HUF', 'TWD']
const CERTIFICATE = 'https://api.sandbox.paypal.com/v1/notifications/certs/CERT-360caa42-fca2a594-1d93a270'
export const WEBHOOK_ID = '8PT597110X687430LKGECATA'
const CREDENTIALS = `Basic ${Buffer.from('client-loopback:secret-loopback').toString('base64')}`

/** PayPal as far as we use it, with its shapes and refusals; a repeated request id gets the object's present state. */
export async function startPayPal() {
  const orders = new Map<string, PayPalOrder>()
  const refundsOf = new Map<string, PayPalRefund[]>()
  const disputes = new Map<string, PayPalDispute>()
  const made = new Map<string, () => unknown>()
  const declines = new Map<string, string>()
  const subscribed = { event_types: [{ name: '*' }] as { name: string }[] }
  const keys = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  let counter = 0
  const tokens = new Set<string>()
  const id = () => `${(++counter).toString(36).toUpperCase().padStart(17, '5')}`

  const server = await startVendor({
    operationOf({ method, path }) {
      if (path === '/v2/checkout/orders') return 'open'
      if (path.endsWith('/refund')) return 'refund'
      if (method === 'PATCH') return 'close'
      return method === 'GET' && path.startsWith('/v2/checkout/orders/') ? 'find' : undefined
    },
    answer,
    serverError: {
      name: 'INTERNAL_SERVER_ERROR',
      message: 'An internal server error has occurred.',
      debug_id: '90957fca61718',
    },
    tooMany: { name: 'RATE_LIMIT_REACHED', message: 'Too many requests.', debug_id: '90957fca61719' },
  })

  function answer(call: Call): Answer {
    const { method, path } = call
    if (path === '/v1/oauth2/token') return newToken(call)
    if (!tokens.has(call.headers.authorization ?? '')) {
      return { status: 401, body: { error: 'invalid_token', error_description: 'Token signature verification failed' } }
    }
    const requestId = String(call.headers['paypal-request-id'] ?? '')
    const earlier = made.get(`${path} ${requestId}`)
    if (method === 'POST' && requestId !== '' && earlier) return { status: 200, body: earlier() }
    const [, orderId = '', act] = /^\/v2\/checkout\/orders\/(\w+)(?:\/(\w+))?$/.exec(path) ?? []
    const order = orders.get(orderId)
    const keep = (body: () => unknown): Answer => {
      made.set(`${path} ${requestId}`, body)
      return { status: 201, body: body() }
    }
    if (path === '/v2/checkout/orders') return createOrder(call, requestId, keep)
    if (order && act === 'capture') return captureOrder(order, keep)
    if (order && method === 'PATCH') return patchOrder(order, call)
    if (order) return { status: 200, body: order }
    if (path === '/v1/notifications/verify-webhook-signature') return verify(call)
    if (path === `/v1/notifications/webhooks/${WEBHOOK_ID}`) return { status: 200, body: subscribed }
    if (path === '/v1/customer/disputes') return { status: 200, body: { items: [...disputes.values()] } }
    const dispute = disputes.get(path.split('/').at(-1) ?? '')
    if (dispute) return { status: 200, body: dispute }
    return ofCapture(call, requestId, keep)
  }

  function newToken(call: Call): Answer {
    if (call.headers.authorization !== CREDENTIALS) {
      const body = { error: 'invalid_client', error_description: 'Client Authentication failed' }
      return { status: 401, body }
    }
    const access_token = `A21AAL${id()}`
    tokens.add(`Bearer ${access_token}`)
    const body = {
      access_token,
      token_type: 'Bearer',
      app_id: 'APP-80W284485P519543T',
      expires_in: 32_400,
    }
    return { status: 200, body }
  }

  function createOrder(call: Call, requestId: string, keep: (body: () => unknown) => Answer): Answer {
    if (requestId === '') return refused(400, 'PAYPAL_REQUEST_ID_REQUIRED', 'A PayPal-Request-Id is required.')
    const asked = JSON.parse(call.body)
    const [unit] = asked.purchase_units
    const { currency_code, value } = unit.amount
    if (!TAKEN.includes(currency_code)) {
      return refused(422, 'CURRENCY_NOT_SUPPORTED', 'Currency code is not currently supported.')
    }
    const decimals = WITHOUT_DECIMALS.includes(currency_code) ? /^\d+$/ : /^\d+\.\d\d$/
    if (!decimals.test(value))
      return refused(422, 'DECIMAL_PRECISION', 'The value of the field should not be more than two decimals.')
    const order: PayPalOrder = {
      id: id(),
      status: 'PAYER_ACTION_REQUIRED',
      purchase_units: [{ ...unit, payments: undefined }],
    }
    const self = `${server.url}/v2/checkout/orders/${order.id}`
    order.links = [
      { rel: 'self', href: self },
      { rel: 'payer-action', href: `https://www.sandbox.paypal.com/checkoutnow?token=${order.id}` },
    ]
    orders.set(order.id, order)
    return keep(() => order)
  }

  function captureOrder(order: PayPalOrder, keep: (body: () => unknown) => Answer): Answer {
    const [unit] = order.purchase_units
    if (order.status === 'COMPLETED') return refused(422, 'ORDER_ALREADY_CAPTURED', 'Order already captured.')
    if (order.status !== 'APPROVED' || !unit) {
      return refused(422, 'ORDER_NOT_APPROVED', 'Payer has not yet approved the Order for payment.')
    }
    const issue = declines.get(order.id)
    if (issue === 'PENDING') {
      unit.payments = {
        captures: [{ id: id(), status: 'PENDING', amount: unit.amount, invoice_id: unit.invoice_id ?? '' }],
      }
      return keep(() => order)
    }
    if (issue) return refused(422, issue, 'The instrument presented was either declined by the processor or bank.')
    unit.payments = {
      captures: [{ id: id(), status: 'COMPLETED', amount: unit.amount, invoice_id: unit.invoice_id ?? '' }],
    }
    order.status = 'COMPLETED'
    return keep(() => order)
  }

  function patchOrder(order: PayPalOrder, call: Call): Answer {
    if (order.status === 'COMPLETED') {
      return refused(422, 'ORDER_ALREADY_COMPLETED', 'The order cannot be patched after it is completed.')
    }
    const [{ path, value }] = JSON.parse(call.body)
    const field = /^\/purchase_units\/@reference_id=='default'\/(custom_id)$/.exec(path)?.[1]
    if (!field) return refused(422, 'NOT_PATCHABLE', 'Cannot be patched.')
    Object.assign(order.purchase_units[0] ?? {}, { [field]: value })
    return { status: 204 }
  }

  function ofCapture(call: Call, requestId: string, keep: (body: () => unknown) => Answer): Answer {
    const [, captureId = '', act] = /^\/v2\/payments\/captures\/(\w+)(\/refund)?$/.exec(call.path) ?? []
    const order = [...orders.values()].find((one) => one.purchase_units[0]?.payments?.captures?.[0]?.id === captureId)
    const payments = order?.purchase_units[0]?.payments
    const capture = payments?.captures?.[0]
    if (!payments || !capture) {
      return refused(
        404,
        'INVALID_RESOURCE_ID',
        'Specified resource ID does not exist. Please check the resource ID and try again.',
      )
    }
    if (!act) return { status: 200, body: capture }
    const { amount, invoice_id, custom_id } = JSON.parse(call.body)
    const refunds = refundsOf.get(captureId) ?? []
    const back = refunds
      .filter(({ status }) => status !== 'FAILED')
      .reduce((sum, refund) => sum + Number(refund.amount.value), 0)
    const left = Number(capture.amount.value) - back
    if (left === 0) return refused(422, 'CAPTURE_FULLY_REFUNDED', 'The capture has already been fully refunded')
    if (Number(amount.value) > left) {
      return refused(
        422,
        'REFUND_AMOUNT_EXCEEDED',
        'The refund amount must be less than or equal to the capture amount that has not yet been refunded.',
      )
    }
    if (requestId === '') throw new Error('A refund without a request id could go twice')
    const refund: PayPalRefund = { id: id(), status: 'COMPLETED', amount, invoice_id, custom_id }
    refundsOf.set(captureId, [...refunds, refund])
    payments.refunds = refundsOf.get(captureId) ?? []
    capture.status = Number(amount.value) === left ? 'REFUNDED' : 'PARTIALLY_REFUNDED'
    return keep(() => refund)
  }

  /** RSA over id, time, webhook and the CRC of the body's very bytes: the event is cut out of the request as it stands there. */
  function verify(call: Call): Answer {
    const asked = JSON.parse(call.body)
    const event = call.body.slice(call.body.indexOf('"webhook_event":') + 16, -1)
    const { transmission_id, transmission_time, webhook_id, transmission_sig, cert_url } = asked
    const message = `${transmission_id}|${transmission_time}|${webhook_id}|${crc32(event)}`
    const genuine =
      cert_url === CERTIFICATE &&
      webhook_id === WEBHOOK_ID &&
      createVerify('sha256').update(message).verify(keys.publicKey, transmission_sig, 'base64')
    return { status: 200, body: { verification_status: genuine ? 'SUCCESS' : 'FAILURE' } }
  }

  /** An event as PayPal posts it. */
  function event(
    type: string,
    resource: unknown,
    more: { id?: string; webhookId?: string; certificate?: string } = {},
  ) {
    const body = Buffer.from(
      `${JSON.stringify({ id: more.id ?? `WH-${id()}-${id()}`, event_version: '1.0', resource_version: '2.0', event_type: type, resource }).replace('{', '{ ')}\n`,
    )
    const transmissionId = '69cd13f0-d67a-11e5-baa3-778b53f4ae55'
    const time = new Date().toISOString()
    const message = `${transmissionId}|${time}|${more.webhookId ?? WEBHOOK_ID}|${crc32(body)}`
    return {
      headers: {
        'paypal-auth-algo': 'SHA256withRSA',
        'paypal-cert-url': more.certificate ?? CERTIFICATE,
        'paypal-transmission-id': transmissionId,
        'paypal-transmission-sig': createSign('sha256').update(message).sign(keys.privateKey, 'base64'),
        'paypal-transmission-time': time,
      },
      body,
    }
  }

  return {
    ...server,
    orders,
    disputes,
    subscribed,
    event,
    /** What the buyer does on PayPal's page; `decline`: what PayPal says when we then capture. */
    approve(orderId: string, decline?: string): void {
      const order = orders.get(orderId)
      if (!order || order.status === 'COMPLETED') return
      order.status = 'APPROVED'
      order.update_time = new Date().toISOString()
      declines.delete(orderId)
      if (decline) declines.set(orderId, decline)
    },
    /** PayPal forgets what nobody paid for. */
    forget: (orderId: string) => void orders.delete(orderId),
    /** As if the access token had been taken back. */
    revokeTokens: () => tokens.clear(),
    refundsOf: (captureId: string) => refundsOf.get(captureId) ?? [],
    journal: () => ({
      charges: [...orders.values()].flatMap(({ purchase_units: [unit] }) =>
        unit?.payments?.captures?.some(({ status }) => status !== 'PENDING' && status !== 'DECLINED')
          ? [{ paymentId: unit.invoice_id ?? '', ...moneyOf(unit.amount) }]
          : [],
      ),
      refunds: [...refundsOf.values()].flat().map(({ invoice_id = '', amount }) => ({
        refundId: invoice_id,
        amountMinor: moneyOf(amount).amountMinor,
      })),
    }),
  }
}

function refused(status: number, issue: string, description: string): Answer {
  const name = status === 404 ? 'RESOURCE_NOT_FOUND' : 'UNPROCESSABLE_ENTITY'
  const message = 'The requested action could not be performed, semantically incorrect, or failed business validation.'
  return { status, body: { name, message, debug_id: '90957fca61718', details: [{ issue, description }] } }
}

function moneyOf({ currency_code, value }: { currency_code: string; value: string }) {
  return { amountMinor: minorOf(value, currency_code), currency: currency_code }
}
