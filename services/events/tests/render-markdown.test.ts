import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { renderMarkdown } from '../src/descriptions/render-markdown.ts'

const TAGS = [
  'p',
  'br',
  'strong',
  'em',
  's',
  'ul',
  'ol',
  'li',
  'blockquote',
  'code',
  'pre',
  'hr',
  'h3',
  'h4',
  'h5',
  'a',
]

/** Every tag, attribute and address that a browser could find in the HTML. */
function assertHarmless(html: string): void {
  for (const [, name, attributes = ''] of html.matchAll(/<\/?([a-z0-9]+)([^>]*)>/gi)) {
    expect(TAGS).toContain(name)
    for (const [, attribute, value] of attributes.matchAll(/([^\s=/"]+)="([^"]*)"/g)) {
      expect(['href', 'rel', 'start']).toContain(attribute)
      if (attribute === 'href') expect(value).toMatch(/^(https?:|mailto:|tel:|[^:]*$)/i)
    }
    if (attributes.includes('href')) expect(attributes).toContain('rel="noopener nofollow ugc"')
  }
  expect(html.replace(/<\/?[a-z0-9]+( [^<>]*)?\s?\/?>/gi, '')).not.toContain('<')
}

describe('a description as HTML', () => {
  it('has headings below the page’s own, lists, emphasis and links that lend no trust', () => {
    expect(renderMarkdown('# Line-up\n\n- **Ana**\n- *Bob*\n\nSee https://example.org')).toBe(
      '<h3>Line-up</h3>\n<ul>\n<li><strong>Ana</strong></li>\n<li><em>Bob</em></li>\n</ul>\n<p>See <a href="https://example.org" rel="noopener nofollow ugc">https://example.org</a></p>',
    )
  })

  it.each([
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '<svg/onload=alert(1)>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '<a href="javascript:alert(1)">x</a>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java\tscript:alert(1))',
    '[x](&#106;avascript:alert(1))',
    '[x](vbscript:msgbox(1))',
    '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
    '[x](//evil.example)',
    '[x](file:///etc/passwd)',
    '![tracker](https://tracker.example/pixel.gif)',
    '![x](x "onerror=alert(1)")',
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example/"onmouseover="alert(1))',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
    '<!--<img src="--><img src=x onerror=alert(1)//">',
    '<template><script>alert(1)</script></template>',
    '<base href="https://evil.example/">',
    '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
    '`<script>alert(1)</script>`',
    '```\n</code></pre><script>alert(1)</script>\n```',
    '<https://a.example/?"onclick=alert(1)>',
    '[a]: javascript:alert(1)\n\n[a]',
    '&lt;script&gt;alert(1)&lt;/script&gt;',
    '<p style="position:fixed;inset:0">x</p>',
    '<details open ontoggle=alert(1)>',
    '\u202e<script>alert(1)</script>',
  ])('makes %s harmless', (source) => {
    const html = renderMarkdown(source)
    assertHarmless(html)
    expect(html).not.toMatch(/<(script|img|svg|iframe|style|form|base|meta|math|details|template)/i)
  })

  it('is harmless for any text', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '`',
      '![',
      '[',
      ']',
      '(',
      ')',
      'javascript:',
      'data:',
      'https://a.b',
      '<script>',
      '<svg',
      'onload=',
      '&#x6a;',
      '\n',
      '\t',
      '*',
      '#',
      '- ',
      '\\',
      '&lt;',
      '<!--',
      '-->',
      'x',
    )
    fc.assert(
      fc.property(
        fc.array(fc.oneof(pieces, fc.string({ unit: 'grapheme', maxLength: 3 })), { maxLength: 30 }),
        (parts) => assertHarmless(renderMarkdown(parts.join(''))),
      ),
      { numRuns: 500 },
    )
  })

  it('costs in proportion to its length, also for hostile texts', () => {
    const cost = (source: string) => {
      const before = process.cpuUsage()
      renderMarkdown(source)
      return process.cpuUsage(before).user / 1_000
    }
    for (const piece of ['[', '![', '*a', '<', '`', '> ', '(', '[a](', 'a@a.', 'http://', '&', '_a*']) {
      const short = cost(piece.repeat(5_000 / piece.length))
      // Four times the text; a quadratic cost would be sixteen times. The sum is for the collector of garbage.
      expect(cost(piece.repeat(20_000 / piece.length)), piece).toBeLessThan(10 * short + 300)
    }
  })
})
