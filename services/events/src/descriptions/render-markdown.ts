import { LRUCache } from 'lru-cache'
import MarkdownIt from 'markdown-it'
import sanitizeHtml from 'sanitize-html'

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true })

/** A page is read far more often than written, and hostile text can take long: the newest 8 million characters. */
const rendered = new LRUCache<string, string>({
  maxSize: 8_000_000,
  sizeCalculation: (html, text) => html.length + text.length + 1,
})

/**
 * Markdown as HTML that is safe to put into a page: no HTML of the author's own passes markdown-it, and what it makes
 * goes through an allow-list, so that a fault in one of the two is not enough (ASVS 5.0 V1.3.1). No pictures: they
 * would tell a stranger who reads the page. Headings begin at h3, below the page's own.
 */
export function renderMarkdown(source: string): string {
  const known = rendered.get(source)
  if (known !== undefined) return known
  const html = sanitizeHtml(markdown.render(source), {
    allowedTags: [
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
    ],
    allowedAttributes: { a: ['href', 'rel'], ol: ['start'] },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowProtocolRelative: false,
    transformTags: {
      h1: 'h3',
      h2: 'h3',
      h3: 'h4',
      h4: 'h5',
      h6: 'h5',
      a: sanitizeHtml.simpleTransform('a', { rel: 'noopener nofollow ugc' }),
    },
  }).trim()
  rendered.set(source, html)
  return html
}
