export {
  type Bus,
  type Consumer,
  type Delivery,
  type Outcome,
  type Receive,
  retryRule,
  type Subscription,
} from './bus.ts'
export { connectBus } from './connect.ts'
export type { DeadLetter, DeadLetterPage, DeadLetters, Selection } from './dead-letter.ts'
export type { Log } from './log.ts'
export { isMessage, type Message } from './message.ts'
export { addToOutbox, type OutboxEntry, outboxStatement } from './outbox.ts'
export { connectPublicStream, PUBLIC_EXCHANGE, type PublicMessage, type PublicStream } from './rabbitmq-stream.ts'
export { type Relay, type RelayOptions, startRelay } from './relay.ts'
export { requestRepublish } from './republish.ts'
export { type StreamAccess, streamAccess } from './stream-access.ts'
export { type MessageHandler, type SubscribeOptions, subscribe } from './subscribe.ts'
