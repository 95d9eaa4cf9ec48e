import { describe, expect, it } from 'vitest'
import { toMailHtml, toMailText } from '../src/templates/markdown.ts'
import { renderWith } from '../src/templates/render-from-template.ts'
import { sampleDraft } from '../src/templates/samples.ts'
import { defaultTemplate, type Template } from '../src/templates/template.ts'

const SHOP = { name: 'Guichet', url: 'http://localhost:4000' }
const DRAFT = sampleDraft('order-confirmation', { language: 'en', now: new Date('2027-01-10T09:00:00Z'), shop: SHOP })
const withBody = (body: string): Template => ({ ...defaultTemplate('order-confirmation', 'en'), body })
const mailOf = (body: string, draft = DRAFT) => renderWith(draft, { shop: SHOP }, withBody(body))

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '<svg/onload=alert(1)>',
  '"><script>alert(1)</script>',
  '<a href="javascript:alert(1)">x</a>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt&colon;alert(1))',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:alert(1))',
  '[x](//tracker.example/a)',
  '![](https://tracker.example/a.png)',
  '![x][y]\n\n[y]: https://tracker.example/a.png',
  '<https://evil.example/"onmouseover="alert(1)>',
  '<style>@import "https://tracker.example"</style>',
  '<math><mtext></p><style><!--</style><img src onerror=alert(1)>',
  '```\n<script>alert(1)</script>\n```',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '\ue000button|x\ue001\ue000event\ue001',
]

describe('S-60: what an organizer writes', () => {
  it.each(HOSTILE)('%s runs nothing, fetches nothing and opens nothing but pages and mails', async (body) => {
    const { html } = await mailOf(`${body}\n\n{% fine %}${body.split('\n')[0]}{% endfine %}`)
    const tags = html.match(/<[a-z][^>]*>/gi) ?? []
    expect(tags.filter((tag) => /^<(script|img|svg|math|iframe|object|link|form|input|base)/i.test(tag))).toEqual([])
    expect(tags.filter((tag) => /\son\w+=/i.test(tag.replace(/="[^"]*"/g, '=""')))).toEqual([])
    for (const tag of tags) {
      const href = /href="([^"]*)"/.exec(tag)?.[1]
      if (href !== undefined) expect(href).toMatch(/^(https?:\/\/|mailto:)/)
    }
    // The layout's own, and the one for Outlook.
    expect(html.match(/<style/g)).toHaveLength(2)
    expect(tags.join('')).not.toMatch(/src=|url\(/)
  })

  it('keeps what it says of itself: links, emphasis, lists, headings', () => {
    const source =
      '## Before you come\n\nBring **a coat**, see [the map](https://example.org/map).\n\n- one\n- two\n\n1. first\n2. second'
    expect(toMailHtml(source, 'body', '#0b5d4b')).toMatch(/<h2 [^>]*>Before you come<\/h2>/)
    expect(toMailText(source)).toBe(
      'Before you come\n\nBring a coat, see the map (https://example.org/map).\n\n- one\n- two\n\n1. first\n2. second',
    )
  })
})

describe('S-60: values in an organizer’s template', () => {
  it.each([
    ...HOSTILE,
    '# no heading',
    '- no item',
    '1. no item',
    '**no emphasis**',
    '{{ event.title }}',
    'https://evil.example',
  ])('%s stays text', async (value) => {
    const plain = value.replace(/[\ue000-\uf8ff]/g, '').replace(/\n+/g, ' ')
    const draft = { ...DRAFT, blocks: {}, variables: { event: { title: value } } }
    const { html, text, subject } = await renderWith(
      draft,
      { shop: SHOP },
      {
        ...withBody('Title: {{ event.title }}\n\n{% button %}'),
        subject: 'About {{ event.title }}',
      },
    )
    expect(text).toContain(`Title: ${plain}`)
    expect(subject).toBe(`About ${value.replace(/\s+/g, ' ')}`)
    expect(html).not.toMatch(/<(script|img|svg|math|h2|li|em|strong)[ >/]/)
    const links = (html.match(/<a [^>]*>/g) ?? []).map((tag) => /href="([^"]*)/.exec(tag)?.[1])
    expect(links.filter((link) => !link?.startsWith('http://localhost:4000'))).toEqual([])
  })

  it('opens no link that a value has made', async () => {
    const draft = { ...DRAFT, variables: { event: { title: 'javascript:alert(1)' } } }
    expect((await mailOf('[x]({{ event.title }})', draft)).html).not.toMatch(/href="javascript/i)
  })
})
