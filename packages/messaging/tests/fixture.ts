import { createDatabase, type Db, sql, type Tx } from '@guichet/database'
import { emptyDatabase } from '@guichet/testkit'
import { v7 as newUuid } from 'uuid'
import type { Log } from '../src/log.ts'
import type { Message } from '../src/message.ts'

/** A broker that a test may hurt. */
export interface Broker {
  url: string
  /** Resolves once a crash leaves this queue whole (see `hasOnDisk` of the test kit's RabbitMQ). */
  settled(queue: string): Promise<void>
  /** Dies at once, as by power cut, and stays away. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Puts something in a queue that is not a message. */
  poison(queue: string): Promise<void>
  /** Gives what a dead consumer held to the next one now; the time that takes is the broker's own affair. */
  giveBack(queue: string): Promise<void>
  remove(): Promise<void>
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/** A type, a queue, a subject that no other test uses. */
export const unique = (name: string) => `${name}-${newUuid()}`
export const uniqueType = () => `test.${unique('happened')}.v1`

export function aMessage(type: string, data: unknown = {}): Message {
  return {
    specversion: '1.0',
    id: newUuid(),
    source: 'test',
    type,
    subject: 'tst_1',
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    data,
  }
}

export const messages = (type: string, count: number) => Array.from({ length: count }, (_, n) => aMessage(type, { n }))

export interface TestSchema {
  outbox: { id: number; published_at: Date | null; attempts: number; last_error: string | null }
  effect: { message_id: string }
}

/** A service's database with the messaging tables and one table to have an effect on. */
export async function serviceDatabase(): Promise<{ db: Db<TestSchema>; url: string; stop(): Promise<void> }> {
  const { url, stop } = await emptyDatabase()
  const db = createDatabase<TestSchema>(url, { max: 8 })
  await sql`
    create table outbox (
      id bigint generated always as identity primary key, message_id uuid not null unique, type text not null,
      subject text not null, data jsonb not null, traceparent text, created_at timestamptz not null default now(),
      published_at timestamptz, attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(), last_error text
    )`.execute(db)
  await sql`create index outbox_fresh on outbox (id) where published_at is null and last_error is null`.execute(db)
  await sql`create index outbox_put_off on outbox (id, next_attempt_at)
    where published_at is null and last_error is not null`.execute(db)
  await sql`create index outbox_refused on outbox (subject, next_attempt_at)
    where published_at is null and last_error is not null`.execute(db)
  await sql`
    create table outbox_republish (
      id bigint generated always as identity primary key, reason text not null, since timestamptz not null,
      last_id bigint not null, after_id bigint not null default 0,
      requested_at timestamptz not null default now(), finished_at timestamptz
    )`.execute(db)
  await sql`
    create table inbox (
      queue text not null, message_id uuid not null, received_at timestamptz not null default now(),
      primary key (queue, message_id)
    )`.execute(db)
  await sql`create table effect (message_id uuid not null)`.execute(db)
  return {
    db,
    url,
    async stop() {
      await db.destroy()
      await stop()
    },
  }
}

export async function haveEffect(db: Db<TestSchema> | Tx<TestSchema>, message: Message): Promise<void> {
  await db.insertInto('effect').values({ message_id: message.id }).execute()
}

export async function effects(db: Db<TestSchema>, messageId: string): Promise<number> {
  const { count } = await db
    .selectFrom('effect')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('message_id', '=', messageId)
    .executeTakeFirstOrThrow()
  return count
}

export async function unpublished(db: Db<TestSchema>): Promise<number> {
  const { count } = await db
    .selectFrom('outbox')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('published_at', 'is', null)
    .executeTakeFirstOrThrow()
  return count
}

/** Effects of these messages, or of all: how many, and of how many messages. */
export async function effectsOf(db: Db<TestSchema>, ids?: string[]): Promise<{ all: number; distinct: number }> {
  const { rows } = await sql<{ all: number; distinct: number }>`
    select count(*) as all, count(distinct message_id) as distinct from effect
     where ${ids ? sql`message_id = any(${ids})` : sql`true`}`.execute(db)
  return rows[0] ?? { all: 0, distinct: 0 }
}
