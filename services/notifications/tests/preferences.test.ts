import { newUuid, parseId } from '@guichet/server'
import { newOrganizerId } from '@guichet/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { preferencesUrl, tokenOf, unsubscribeUrl } from '../src/consent/links.ts'
import { maySend } from '../src/consent/may-send.ts'
import { addRow, type Fixture, startNotifications } from './fixture.ts'
import { PUBLIC_URL } from './peers.ts'

const OURS = newOrganizerId()
const THEIRS = newOrganizerId()
const ONE_CLICK = 'List-Unsubscribe=One-Click'
const FORM = 'application/x-www-form-urlencoded'
const WORDING = { text: 'Yes, send me news.', version: '2026-11' }

let fixture: Fixture

beforeAll(async () => {
  fixture = await startNotifications({ started: false })
})
afterAll(() => fixture?.end())

/** Somebody to whom a message of OURS was sent, and the token of its links. */
async function reader(organizerId: string | undefined = OURS) {
  const address = `${newUuid().slice(-12)}@example.org`
  const id = parseId(
    'dlv',
    await addRow(fixture, { state: 'sent', recipient: address, ...(organizerId ? { organizerId } : {}) }),
  )
  if (!id) throw new Error('no delivery')
  return { id, address, token: tokenOf(fixture.context.keys, id) }
}

const post = (token: string, payload: string = ONE_CLICK, type = FORM) =>
  fixture.app.inject({
    method: 'POST',
    url: `/v1/unsubscribe/${token}`,
    headers: { 'content-type': type },
    payload,
  })
const get = (token: string) => fixture.app.inject({ url: `/v1/preferences/${token}` })
const put = (token: string, choices: object[], more: object = {}) =>
  fixture.app.inject({
    method: 'PUT',
    url: `/v1/preferences/${token}`,
    payload: { language: 'en', choices, ...more },
  })
const news = (granted: boolean, more: object = { wording: WORDING }) => ({
  sender: 'organizer',
  purpose: 'marketing',
  granted,
  ...more,
})
const mayMarket = (address: string) =>
  maySend(fixture.context, {
    organizerId: parseId('org', OURS) ?? '',
    channel: 'email',
    purpose: 'marketing',
    kind: 'order-confirmation',
    address,
    now: fixture.clock.now(),
    timeZone: 'UTC',
  })

describe('preferences', () => {
  it('show what may come to the reader of a message, whose address stays masked', async () => {
    const { token, address } = await reader()
    const answer = await get(token)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toEqual({
      recipient: `${address[0]}•••@example.org`,
      channel: 'email',
      organizerId: OURS,
      kind: 'order-confirmation',
      choices: [
        { sender: 'organizer', purpose: 'reminder', granted: true },
        { sender: 'organizer', purpose: 'information', granted: true },
        { sender: 'organizer', purpose: 'marketing', granted: false },
        { sender: 'platform', purpose: 'marketing', granted: false },
      ],
    })
  })

  it('change as they are told, and what is said counts when messages are sent', async () => {
    const { token, address } = await reader()
    const answer = await put(token, [news(true)])
    expect(answer.statusCode).toBe(200)
    expect(answer.json().choices).toContainEqual({ sender: 'organizer', purpose: 'marketing', granted: true })
    expect(await mayMarket(address)).toEqual({ send: true })
    await put(token, [news(false)])
    expect(await mayMarket(address)).toMatchObject({ skip: 'no-consent' })
  })

  it('write nothing down when nothing changes', async () => {
    const { token, address } = await reader()
    for (let time = 0; time < 3; time += 1) expect((await put(token, [news(true)])).statusCode).toBe(200)
    const rows = await fixture.db.selectFrom('consent').select('id').where('address', '=', address).execute()
    expect(rows).toHaveLength(1)
  })

  it.each([
    ['a consent without the sentence that was read', { choices: [news(true, {})] }, '/choices/0/wording'],
    ['an unknown field', { choices: [news(false)], more: 1 }, '/more'],
    ['no choice at all', { choices: [] }, '/choices'],
    [
      'a purpose that is not on offer',
      { choices: [{ ...news(true), sender: 'platform', purpose: 'reminder' }] },
      '/choices/0/purpose',
    ],
  ])('refuse %s', async (_name, body, pointer) => {
    const { token } = await reader()
    const answer = await put(token, [], body)
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors[0].pointer).toBe(pointer)
  })

  it.each(['a', 'A'.repeat(43), tokenOf({ links: Buffer.alloc(32), addresses: Buffer.alloc(32) }, newUuid())])(
    'are nothing to a link that we did not make (%s)',
    async (token) => {
      for (const answer of [await get(token), await put(token, [news(true)]), await post(token)]) {
        expect(answer.statusCode).toBe(404)
      }
    },
  )

  it('open to nobody who knows a message’s id and not our key', async () => {
    const { id } = await reader()
    const forged = tokenOf({ links: Buffer.alloc(32), addresses: Buffer.alloc(32) }, id)
    for (const answer of [await get(forged), await put(forged, [news(true)]), await post(forged)]) {
      expect(answer.statusCode).toBe(404)
    }
  })

  it('are not changed without end by whoever holds one link; the mail program’s button works on', async () => {
    const { token } = await reader()
    const changes = []
    for (let time = 0; time < 31; time++) changes.push((await put(token, [news(time % 2 === 0)])).statusCode)
    expect(changes).toEqual([...Array(30).fill(200), 429])
    expect((await put((await reader()).token, [news(true)])).statusCode).toBe(200)
    expect((await post(token)).statusCode).toBe(204)
  })

  it('are gone with an address that was erased', async () => {
    const { id, token } = await reader()
    await fixture.db.updateTable('delivery').set({ recipient_address: null }).where('id', '=', id).execute()
    expect((await get(token)).statusCode).toBe(404)
  })

  it('of an account are about the platform alone', async () => {
    const id = parseId('dlv', await addRow(fixture, { state: 'sent', recipient: 'account@example.org' })) ?? ''
    const answer = await get(tokenOf(fixture.context.keys, id))
    expect(answer.json().choices).toEqual([{ sender: 'platform', purpose: 'marketing', granted: false }])
  })
})

describe('one-click unsubscribe', () => {
  it.each([
    ['a form', ONE_CLICK, FORM],
    [
      'a form in parts',
      '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
      'multipart/form-data; boundary=x',
    ],
  ])('by %s ends the messages at once, without a cookie or a question', async (_name, payload, type) => {
    const { token, address } = await reader()
    await put(token, [news(true)])
    expect((await post(token, payload, type)).statusCode).toBe(204)
    expect(await mayMarket(address)).toMatchObject({ skip: 'no-consent' })
  })

  it('works again with the same link after its reader came back', async () => {
    const { token, address } = await reader()
    for (let time = 0; time < 2; time += 1) {
      fixture.clock.advance(1)
      await put(token, [news(true)])
      expect(await mayMarket(address)).toEqual({ send: true })
      fixture.clock.advance(1)
      for (let click = 0; click < 2; click += 1) expect((await post(token)).statusCode).toBe(204)
      expect(await mayMarket(address)).toMatchObject({ skip: 'no-consent' })
    }
  })

  it('takes nothing but its form', async () => {
    const { token } = await reader()
    expect((await post(token, 'hello=1')).statusCode).toBe(400)
    expect((await post(token, '{}', 'text/xml')).statusCode).toBe(415)
  })

  it('leads people who follow its address to the page on which they choose', async () => {
    const { id, token } = await reader()
    expect(unsubscribeUrl(fixture.context, { id })).toBe(`${PUBLIC_URL}/api/notifications/v1/unsubscribe/${token}`)
    const answer = await fixture.app.inject({ url: `/v1/unsubscribe/${token}` })
    expect([answer.statusCode, answer.headers.location]).toEqual([303, preferencesUrl(fixture.context, { id }, 'en')])
  })
})

describe('the proof', () => {
  const as = async (memberships: Record<string, string>, path: string, admin = false) =>
    fixture.app.inject({ url: path, headers: { authorization: `Bearer ${await fixture.token(memberships, admin)}` } })

  it('holds the sentence, its version, the language, the time and the sender, and pages', async () => {
    const { token, address } = await reader()
    await put(token, [news(true), { sender: 'organizer', purpose: 'reminder', granted: false }])
    const path = `/v1/consents?organizerId=${OURS}&recipient=${address}&limit=1`
    const first = (await as({ [OURS]: 'owner' }, path)).json()
    const second = (await as({ [OURS]: 'owner' }, `${path}&cursor=${first.nextCursor}`)).json()
    const found = [...first.items, ...second.items]
    expect(second.nextCursor).toBeNull()
    expect(found.find((one) => one.granted)).toMatchObject({
      organizerId: OURS,
      recipient: address,
      channel: 'email',
      purpose: 'marketing',
      source: 'preferences',
      wording: WORDING.text,
      wordingVersion: WORDING.version,
      language: 'en',
      givenAt: fixture.clock.now().toISOString(),
    })
    expect(found.find((one) => !one.granted)).toMatchObject({ purpose: 'reminder', wording: null })
    const csv = await as({ [OURS]: 'owner' }, `/v1/consents.csv?organizerId=${OURS}&recipient=${address}`)
    expect(csv.headers['content-type']).toContain('text/csv')
    expect(csv.body.trim().split('\r\n')).toHaveLength(3)
    expect(csv.body).toContain(`${address},email,marketing,yes,preferences,"${WORDING.text}",2026-11,en,`)
  })

  it('shows whole addresses to who answers buyers alone', async () => {
    const { token, address } = await reader()
    await put(token, [news(true)])
    const path = `/v1/consents?organizerId=${OURS}&recipient=${address}`
    expect((await as({ [OURS]: 'manager' }, path)).json().items[0].recipient).toBe(`${address[0]}•••@example.org`)
    expect((await as({ [OURS]: 'support' }, path)).json().items[0].recipient).toBe(address)
  })

  it.each(['/v1/consents', '/v1/consents.csv'])('%s is for members who may read it', async (path) => {
    const ours = `${path}?organizerId=${OURS}`
    expect((await fixture.app.inject({ url: ours })).statusCode).toBe(401)
    expect((await as({ [OURS]: 'door' }, ours)).statusCode).toBe(403)
    expect((await as({ [THEIRS]: 'owner' }, ours)).statusCode).toBe(404)
    expect((await as({ [OURS]: 'owner' }, path)).statusCode).toBe(400)
    expect((await as({}, path, true)).statusCode).toBe(200)
    expect((await as({ [OURS]: 'owner' }, `${ours}&unknown=1`)).statusCode).toBe(400)
  })
})
