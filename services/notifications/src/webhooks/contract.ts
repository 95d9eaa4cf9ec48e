import { PUBLIC_EVENTS, PUBLIC_TYPES, type PublicType } from './public-events.ts'

/** What receivers can build on, as OpenAPI 3.1 `webhooks` (contracts/webhooks.yaml). */
export function webhooksContract(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Guichet webhooks',
      version: '1.0.0',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      description:
        'What organizers are told of, at least once and in no certain order: by signed POST requests (Standard Webhooks 1.0) to ' +
        'the endpoints that they name, and as messages on the RabbitMQ exchange `guichet.public`, with the routing key ' +
        '`<organizerId>.<type>` and the same bodies. A body says what happened and to what; ask the API for more. Answer with ' +
        '2xx within five seconds; anything else is tried again for three days, and 410 turns the endpoint off. A repetition ' +
        'has the same `webhook-id`. More fields and more types may come.',
    },
    webhooks: Object.fromEntries(PUBLIC_TYPES.map((type) => [type, { post: operation(type) }])),
    components: { parameters: PARAMETERS },
  }
}

function operation(type: PublicType) {
  const { says, data } = PUBLIC_EVENTS[type]
  return {
    operationId: type.replace(/[._](\w)/g, (_, letter: string) => letter.toUpperCase()),
    summary: says,
    parameters: Object.keys(PARAMETERS).map((name) => ({ $ref: `#/components/parameters/${name}` })),
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['type', 'timestamp', 'data'],
            properties: {
              type: { const: type },
              timestamp: { type: 'string', format: 'date-time', description: 'When it was recorded.' },
              test: { const: true, description: 'Only of a test event: nothing has happened.' },
              data,
            },
          },
        },
      },
    },
    responses: {
      '2XX': { description: 'Taken.' },
      '410': { description: 'Wants no more: the endpoint is turned off.' },
    },
  }
}

const header = (name: string, description: string) => ({
  in: 'header',
  name,
  required: true,
  schema: { type: 'string' },
  description,
})

const PARAMETERS = {
  id: header('webhook-id', 'The same for every repetition.'),
  timestamp: header(
    'webhook-timestamp',
    'When it was sent, in seconds since 1970; refuse what is older than five minutes.',
  ),
  signature: header(
    'webhook-signature',
    'Separated by spaces, for each secret in force: `v1,` and the HMAC-SHA256 of `<id>.<timestamp>.<body>` in base64.',
  ),
}
