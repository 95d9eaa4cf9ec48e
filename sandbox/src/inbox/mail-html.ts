import sanitize from 'sanitize-html'

/**
 * The policy of the document that shows a mail's HTML. It stands in a frame of an opaque origin: no script, no form, no
 * request to anywhere but this machine's own origin, and links open outside the frame.
 */
export const MAIL_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-popups allow-popups-to-escape-sandbox',
].join('; ')

const LAYOUT_ATTRIBUTES = [
  ...['align', 'alt', 'aria-*', 'bgcolor', 'border', 'cellpadding', 'cellspacing', 'class', 'color', 'dir', 'height'],
  ...['id', 'lang', 'role', 'style', 'title', 'valign', 'width'],
]

/** A mail's HTML with its looks and links, and nothing that acts. The policy would stop the rest too: this is the second lock. */
export function safeMailHtml(mailHtml: string): string {
  const body = sanitize(mailHtml, {
    allowedTags: [...sanitize.defaults.allowedTags, 'body', 'center', 'font', 'head', 'html', 'img', 'style'],
    allowVulnerableTags: true,
    // The words of a dropped <title> would stand above the mail.
    nonTextTags: ['script', 'style', 'textarea', 'option', 'title'],
    allowedAttributes: {
      '*': LAYOUT_ATTRIBUTES,
      a: [...LAYOUT_ATTRIBUTES, 'href', 'rel', 'target'],
      img: [...LAYOUT_ATTRIBUTES, 'src'],
      td: [...LAYOUT_ATTRIBUTES, 'colspan', 'rowspan'],
      th: [...LAYOUT_ATTRIBUTES, 'colspan', 'rowspan', 'scope'],
    },
    allowedSchemes: ['http', 'https', 'mailto', 'tel'],
    allowedSchemesByTag: { img: ['http', 'https', 'data'] },
    parseStyleAttributes: false,
    transformTags: {
      a: sanitize.simpleTransform('a', { target: '_blank', rel: 'noopener noreferrer nofollow ugc' }),
    },
  })
  return `<!doctype html>\n${body}`
}

/** The web addresses that a mail links to, each once, in order: for those who cannot or will not use the frame. */
export function mailLinks(mailHtml: string): string[] {
  const links = new Set<string>()
  sanitize(mailHtml, {
    allowedTags: ['a'],
    transformTags: {
      a: (tagName, attribs) => {
        if (/^https?:\/\//i.test(attribs.href ?? '')) links.add(attribs.href ?? '')
        return { tagName, attribs }
      },
    },
  })
  return [...links]
}
