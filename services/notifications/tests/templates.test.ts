import { newUuid, parseId, toId } from '@guichet/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Variables } from '../src/letters/letter.ts'
import { contrast, paletteOf } from '../src/letters/palette.ts'
import { checkTemplate } from '../src/templates/check-template.ts'
import { renderFromTemplate, renderWith } from '../src/templates/render-from-template.ts'
import { EDITABLE_KINDS, SAMPLE_KINDS, sampleDraft } from '../src/templates/samples.ts'
import { defaultTemplate, type Template } from '../src/templates/template.ts'
import { vocabularyOf } from '../src/templates/vocabulary.ts'
import { writeLetter } from '../src/templates/write-letter.ts'
import { type Fixture, startNotifications } from './fixture.ts'

const NOW = new Date('2027-01-10T09:00:00Z')
const SHOP = { name: 'Guichet', url: 'http://localhost:4000' }
const LANGUAGES = ['en', 'fr'] as const
const DRAFT = sampleDraft('order-confirmation', { language: 'en', now: NOW, shop: SHOP })
const ALL = SAMPLE_KINDS.flatMap((kind) => LANGUAGES.map((language) => [kind, language] as const))

const withBody = (body: string): Template => ({ ...defaultTemplate('order-confirmation', 'en'), body })
const mailOf = (body: string, draft = DRAFT) => renderWith(draft, { shop: SHOP }, withBody(body))
const check = (template: Template) => checkTemplate('order-confirmation', 'en', template, NOW)
const pathsOf = (variables: Variables, before = ''): string[] =>
  Object.entries(variables).flatMap(([name, value]) =>
    typeof value === 'object' ? pathsOf(value, `${before}${name}.`) : [`${before}${name}`],
  )

/** Longer than any limit that a clock would set to a template. */
function standStill<T>(value: T): T {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
  return value
}

describe('the templates that come with the product', () => {
  it.each(ALL)('%s.%s has neither fault nor warning', async (kind, language) => {
    expect(await checkTemplate(kind, language, defaultTemplate(kind, language), NOW)).toEqual({
      faults: [],
      warnings: [],
    })
  })

  it.each(ALL)('%s.%s is told of exactly the variables that its vocabulary lists', (kind, language) => {
    const { variables } = sampleDraft(kind, { language, now: NOW, shop: SHOP })
    expect(pathsOf(variables).sort()).toEqual([...(vocabularyOf(kind)?.variables ?? [])].sort())
  })
})

describe('the language of templates', () => {
  it.each([
    '{% for i in (1..1000000000) %}x{% endfor %}',
    '{% tablerow i in (1..100) %}x{% endtablerow %}',
    '{% assign x = "a" %}',
    '{% capture x %}a{% endcapture %}',
    '{% include "/etc/passwd" %}',
    '{% render "/etc/passwd" %}',
    '{% layout "letter.html.liquid" %}',
    '{% increment x %}',
    '{% raw %}{{ x }}{% endraw %}',
    '{% liquid assign x = 1 %}',
    '{{ event.title | raw }}',
    '{{ event.title | append: event.title }}',
    '{{ "now" | date: "%s" }}',
    '{% fine %}never closed',
    '{{ event.title',
    '{% event into everything %}',
  ])('has no %s', async (body) => {
    const { faults } = await check(withBody(`Hello\n\n${body}`))
    expect(faults).toMatchObject([{ field: 'body', line: 3, code: 'syntax' }])
  })

  it.each([
    '{{constructor}}',
    '{{ constructor.constructor }}',
    '{{ __proto__ }}',
    '{{ event.constructor.name }}',
    '{{ event.title.constructor }}',
    '{{ shop.toString }}',
    '{{ process.env }}',
  ])('S-68: %s says nothing, and is named as unknown', async (body) => {
    const { faults, warnings } = await check(withBody(`${body}\n\n{% event %}\n\n{% button %}`))
    expect(faults).toEqual([])
    expect(warnings).toMatchObject([{ line: 1, code: 'unknown-variable' }])
    expect((await mailOf(`[${body}]`)).text).toContain('[]')
  })

  it('names the line of a variable that nobody knows, in a branch that is not taken too', async () => {
    const { warnings } = await check(
      withBody('{% event %}\n{% if order.paid %}\n{% else %}\n{{ buyer.nmae }}\n{% endif %}\n{% button %}'),
    )
    expect(warnings).toEqual([{ field: 'body', line: 4, code: 'unknown-variable', detail: 'buyer.nmae' }])
  })

  it('names parts that the mail has not, and adds those that it is nothing without', async () => {
    const { warnings } = await check(withBody('{% transfer %}'))
    expect(warnings.map(({ code, detail }) => [code, detail])).toEqual([
      ['unknown-block', 'transfer'],
      ['missing-block', 'event'],
      ['missing-block', 'button'],
    ])
    const { text } = await mailOf('Nothing but this.')
    expect(text).toContain('Night at the Opera')
    expect(text).toContain('/en/orders/')
    expect(text).toContain('Keep this e-mail to yourself')
    expect(text).toContain('You receive this e-mail because')
  })

  it.each([
    ['a condition over a billion numbers', '{% if (1..1000000000) contains 3 %}x{% endif %}'],
    ['a billion numbers', '{{ (1..1000000000) }}'],
    ['text without end', `${'{{ event.title }}'.repeat(1_100)}`],
    ['conditions in conditions', `${'{% if order.paid %}'.repeat(1_500)}x`],
    ['lists in lists', `${'- '.repeat(9_000)}x`],
    ['quotes in quotes', `${'>'.repeat(15_000)}x`],
    ['emphasis in emphasis', `${'*a_'.repeat(6_000)}`],
    ['brackets in brackets', `${'['.repeat(15_000)}`],
    ['links without end', `${'[a](http://x.org) '.repeat(1_000)}`],
  ])('costs little, whatever it holds: %s', async (_name, body) => {
    const before = process.cpuUsage()
    await check(withBody(body)).catch(() => undefined)
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_500)
  })

  it.each(['order-confirmation', 'event-cancelled', 'password-reset'])(
    '%s is written though the machine stands still in the middle of it',
    async (kind) => {
      const draft = sampleDraft(kind, { language: 'en', now: NOW, shop: SHOP })
      const title = 'Written all the same'
      const event = { ...(draft.variables.event as object), title }
      const shop = { url: SHOP.url, name: title }
      for (const slow of [event, shop]) {
        Object.defineProperty(slow, slow === shop ? 'name' : 'title', {
          get: () => standStill(title),
          enumerable: true,
        })
      }
      const own = { ...defaultTemplate(kind, 'en'), body: '{{ shop.name }}\n\n{% button %}' }
      for (const template of [undefined, own]) {
        const { subject, text } = await renderWith(
          { ...draft, variables: { ...draft.variables, event, shop } },
          { shop: SHOP },
          template,
        )
        expect(`${subject} ${text}`).toContain(title)
      }
    },
  )

  it('writes a mail with a line of blanks as fast as any other', async () => {
    const before = process.cpuUsage()
    await mailOf(`a${' \t'.repeat(9_900)}b`)
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(700)
  })

  it('refuses a mail that would be larger than 100 kB', async () => {
    const { faults } = await check(withBody('{{ event.title }} {{ event.address }}\n\n- a\n'.repeat(500)))
    expect(faults[0]?.code).toMatch(/too-large|too-costly|syntax/)
  })

  it('follows the plural of the mail’s language', async () => {
    const body = '{{ order.tickets | plural: "# billet", "# billets" }}'
    for (const [language, count, said] of [
      ['fr', 0, '0 billet'],
      ['en', 0, '0 billets'],
      ['fr', 2, '2 billets'],
    ] as const) {
      const draft = { ...DRAFT, language, variables: { order: { tickets: count } } }
      expect((await mailOf(body, draft)).text).toContain(said)
    }
  })
})

describe('colours', () => {
  it('stay readable, whatever colour an organizer has', () => {
    for (let value = 0; value < 0xffffff; value += 0x0a1b2d) {
      const accent = `#${value.toString(16).padStart(6, '0')}`
      const { onAccent, link, darkAccent, onDarkAccent } = paletteOf(accent)
      expect(contrast(accent, onAccent), accent).toBeGreaterThanOrEqual(4.5)
      expect(contrast(link, '#ffffff'), accent).toBeGreaterThanOrEqual(4.5)
      expect(contrast(darkAccent, '#19201c'), accent).toBeGreaterThanOrEqual(4.5)
      expect(contrast(darkAccent, onDarkAccent), accent).toBeGreaterThanOrEqual(4.5)
    }
  })
})

describe('templates of an organizer', () => {
  let fixture: Fixture
  const organizerId = toId('org', newUuid())
  const organizer = parseId('org', organizerId) ?? ''
  beforeAll(async () => {
    fixture = await startNotifications({ started: false })
  })
  afterAll(() => fixture?.end())

  const path = (kind = 'order-confirmation', language = 'en') =>
    `/v1/organizers/${organizerId}/templates/${kind}/${language}`
  const settings = `/v1/organizers/${organizerId}/mail-settings`
  const words = {
    subject: 'Yours: {{ event.title }}',
    preheader: '',
    title: 'Hello',
    body: 'Our own words.\n\n{% event %}\n\n{% button "Go" %}',
  }
  async function call(
    method: 'GET' | 'PUT' | 'POST' | 'DELETE',
    url: string,
    options: { role?: string | null; body?: unknown; ifMatch?: string } = {},
  ) {
    const { role = 'owner', body, ifMatch } = options
    const token = role === null ? undefined : await fixture.token({ [organizerId]: role })
    return fixture.app.inject({
      method,
      url,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(ifMatch ? { 'if-match': ifMatch } : {}) },
      ...(body === undefined ? {} : { payload: body as object }),
    })
  }

  it('are listed with those that can be changed', async () => {
    const answer = await call('GET', `/v1/organizers/${organizerId}/templates`)
    expect(answer.json().items.map((item: { kind: string }) => item.kind)).toEqual([...EDITABLE_KINDS])
  })

  it('begin as those that come with the product, and go back to them', async () => {
    const first = await call('GET', path())
    expect(first.json()).toMatchObject({ own: false, version: 0, ...defaultTemplate('order-confirmation', 'en') })
    const saved = await call('PUT', path(), { body: words, ifMatch: first.headers.etag as string })
    expect(saved.statusCode, saved.body).toBe(200)
    expect(saved.json()).toMatchObject({ own: true, version: 1, ...words, warnings: [] })
    const mail = await renderFromTemplate(fixture.context, { ...DRAFT, organizerId: organizer })
    expect(mail.subject).toBe('Yours: Night at the Opera')
    expect(mail.text).toContain('Our own words.')
    for (let time = 0; time < 2; time += 1) expect((await call('DELETE', path())).statusCode).toBe(204)
    expect((await call('GET', path())).json()).toMatchObject({ own: false, version: 0 })
  })

  it('are saved over what was seen, and over nothing else', async () => {
    const url = path('event-cancelled', 'fr')
    expect((await call('PUT', url, { body: words })).statusCode).toBe(428)
    const answers = await Promise.all([1, 2].map(() => call('PUT', url, { body: words, ifMatch: '"v0"' })))
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 412])
  })

  it('are refused with the line of each fault', async () => {
    const answer = await call('PUT', path(), { body: { ...words, body: 'a\n\n{% for x in y %}' }, ifMatch: '*' })
    expect(answer.statusCode).toBe(400)
    expect(answer.json().errors).toMatchObject([{ pointer: '/body', detail: expect.stringContaining('line 3') }])
    expect((await call('PUT', path(), { body: { ...words, html: '<b>' }, ifMatch: '*' })).statusCode).toBe(400)
    expect((await call('PUT', path(), { body: { ...words, body: 'x'.repeat(20_001) }, ifMatch: '*' })).statusCode).toBe(
      400,
    )
  })

  it('are for owners and managers; of others, and of what nobody may change, there is nothing', async () => {
    for (const [method, url] of [
      ['GET', path()],
      ['DELETE', path()],
      ['GET', settings],
    ] as const) {
      expect((await call(method, url, { role: null })).statusCode).toBe(401)
      expect((await call(method, url, { role: 'support' })).statusCode).toBe(403)
      expect((await call(method, url.replace(organizerId, toId('org', newUuid())))).statusCode).toBe(404)
    }
    for (const kind of ['password-reset', 'nothing', 'constructor'])
      expect((await call('GET', path(kind))).statusCode).toBe(404)
  })

  it('are shown before they are saved, with what is wrong', async () => {
    const answer = await call('POST', `${path()}/preview`, { body: { ...words, body: '{{ nobody }}\n\n{% event %}' } })
    expect(answer.statusCode, answer.body).toBe(200)
    const { mail, warnings, real } = answer.json()
    expect(mail.html).toContain('Night at the Opera')
    expect(real).toBe(false)
    expect(mail.attachments).toEqual([expect.stringMatching(/^Tickets-.*\.pdf$/), 'event.ics'])
    expect(warnings.map(({ code }: { code: string }) => code)).toEqual(['unknown-variable', 'missing-block'])
    const broken = await call('POST', `${path()}/preview`, { body: { ...words, subject: '{{' } })
    expect(broken.json()).toMatchObject({ mail: null, faults: [{ field: 'subject', line: 1 }] })
  })

  it('that cannot be used any more cost nobody a mail', async () => {
    const broken = {
      ...words,
      kind: 'order-refund',
      language: 'en' as const,
      body: '{% gone %}',
      updated_at: NOW,
      organizer_id: organizer,
    }
    await fixture.db.insertInto('template').values(broken).execute()
    const draft = sampleDraft('order-refund', { language: 'en', now: NOW, shop: SHOP })
    const { subject } = await renderFromTemplate(fixture.context, { ...draft, organizerId: organizer })
    expect(subject).toBe('Your refund for Night at the Opera')
  })

  it('are written in the name, the colour and with the footer that are set', async () => {
    const body = {
      senderName: 'Opéra de Lyon',
      replyTo: 'billets@opera.example',
      accent: '#AA0055',
      footer: { en: 'Licence 1-234567 <b>' },
      postalAddress: '1 place de la Comédie, 69001 Lyon',
    }
    const saved = await call('PUT', settings, { body, ifMatch: '"v0"' })
    expect(saved.statusCode, saved.body).toBe(200)
    expect(saved.json()).toMatchObject({ ...body, accent: '#aa0055', version: 1 })
    expect((await call('GET', settings)).json()).toMatchObject({ senderName: 'Opéra de Lyon', version: 1 })
    const mail = await renderFromTemplate(fixture.context, { ...DRAFT, organizerId: organizer })
    expect(mail).toMatchObject({ senderName: 'Opéra de Lyon', replyTo: 'billets@opera.example' })
    for (const part of ['#aa0055', 'Licence 1-234567 &lt;b&gt;', '1 place de la Comédie'])
      expect(mail.html).toContain(part)
  })

  it.each([
    { senderName: 'Bank <security@bank.example>' },
    { senderName: 'a\r\nBcc: x' },
    { senderName: 'www.bank.example' },
    { senderName: 'bank.example' },
    { senderName: '"Bank"' },
    { replyTo: 'a@b.example\nTo: c@d.example' },
    { replyTo: 'a@b.example, c@d.example' },
    { accent: 'red' },
    { accent: '#fff;background:url(//x)' },
  ])('S-68: are in no name that could deceive: %o', async (change) => {
    const body = { senderName: null, replyTo: null, accent: null, footer: {}, postalAddress: null, ...change }
    expect((await call('PUT', settings, { body, ifMatch: '*' })).statusCode).toBe(400)
  })

  it('say why a mail to oneself was not taken', async () => {
    const answer = await call('POST', `${path()}/test`, { body: words })
    expect(answer.statusCode).toBe(503)
  })
})

it('writes a letter with a title that holds the marks of parts as text', () => {
  const letter = writeLetter(
    { ...DRAFT, variables: { event: { title: '\ue000event\ue001' } } },
    { shop: SHOP },
    withBody('{{ event.title }}'),
  )
  expect(letter.parts.filter((part) => part.is === 'event')).toHaveLength(1)
})
