import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { type MessageContract, readEnvelope, readMessageContracts } from './message-contracts.ts'

/**
 * The AsyncAPI 3 document of the whole system, from the schemas and the table of consumers in `contracts/messages`.
 * Written to `contracts/asyncapi.yaml` by `node packages/messaging/src/asyncapi.ts`.
 */
export async function asyncapi(): Promise<string> {
  const contracts = await readMessageContracts()
  const envelope = await readEnvelope()
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Guichet messages',
      version: '1.0.0',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      contact: { name: 'Guichet', url: 'https://example.org/guichet' },
      description:
        'Facts that the services tell each other, at least once. On RabbitMQ: topic exchange `guichet`, routing key = ' +
        'address, one quorum queue per consuming service, named after it. Order holds within a subject unless a ' +
        'message is refused or tried again, so consumers compare versions.',
    },
    servers: {
      broker: {
        host: 'broker.internal:5672',
        protocol: 'amqp',
        protocolVersion: '0.9.1',
        description: 'RabbitMQ 3.10 or later. Without one, the same messages go through PostgreSQL.',
      },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: Object.fromEntries(contracts.map((contract) => [name(contract.type), channel(contract)])),
    operations: Object.fromEntries(contracts.flatMap(operations)),
    components: {
      messages: Object.fromEntries(contracts.map((contract) => [name(contract.type), message(contract)])),
      schemas: {
        envelope: plain(envelope.schema),
        ...Object.fromEntries(contracts.map(({ type, schema }) => [name(type), plain(schema)])),
      },
    },
  }
  return `# Generated from contracts/messages by packages/messaging/src/asyncapi.ts; do not edit.\n${stringify(document, { lineWidth: 120, aliasDuplicateObjects: false })}`
}

const name = (type: string) => type.replaceAll('.', '-')

function channel({ type, schema }: MessageContract) {
  return {
    address: type,
    description: schema.description,
    messages: { [name(type)]: { $ref: `#/components/messages/${name(type)}` } },
    bindings: {
      amqp: { is: 'routingKey', exchange: { name: 'guichet', type: 'topic', durable: true }, bindingVersion: '0.3.0' },
    },
  }
}

function operations({ type, owner, consumers }: MessageContract) {
  const target = { channel: { $ref: `#/channels/${name(type)}` } }
  const messages = [{ $ref: `#/channels/${name(type)}/messages/${name(type)}` }]
  return [
    [`${owner}-sends-${name(type)}`, { action: 'send', title: `${owner} publishes`, ...target, messages }],
    ...consumers.map((consumer) => [
      `${consumer}-receives-${name(type)}`,
      { action: 'receive', title: `${consumer} consumes`, ...target, messages },
    ]),
  ]
}

function message({ type, schema, example }: MessageContract) {
  return {
    name: type,
    title: schema.title,
    contentType: 'application/cloudevents+json',
    payload: {
      allOf: [
        { $ref: '#/components/schemas/envelope' },
        { properties: { type: { const: type }, data: { $ref: `#/components/schemas/${name(type)}` } } },
      ],
    },
    examples: [
      { name: 'data', summary: 'The data; the envelope is in envelope.example.json.', payload: { data: example } },
    ],
  }
}

/** Inside the document the schemas go by their place, not by their own name. */
function plain({ $schema: _, $id: __, ...schema }: Record<string, unknown>) {
  return schema
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(new URL('../../../contracts/asyncapi.yaml', import.meta.url), await asyncapi())
}
