interface PreviewPage {
  language: string | undefined
  title: string
  /** Label and text. */
  head: [string, string][]
  notes: string[]
  /** A whole document, or nothing while there is none. */
  mail: string | null
}

/** No script, nothing from elsewhere; the mail's own styles are allowed here and nowhere else. */
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}
html,body{height:100%;margin:0}body{display:flex;flex-direction:column;background:Canvas;color:CanvasText}
#head{padding:12px 16px;border-bottom:1px solid GrayText}p{margin:0 0 2px;overflow-wrap:anywhere}
ul{margin:0;padding:10px 16px 10px 34px;background:#fcf1d5;color:#5d4400;overflow-wrap:anywhere}
iframe{flex:1;width:100%;border:0;min-height:0}
@media(prefers-color-scheme:dark){ul{background:#31280f;color:#f4d78f}}`

/** The document of a preview's frame; the mail is in a frame of its own again, in which nothing may run. */
export function previewPage({ language, title, head, notes, mail }: PreviewPage): Response {
  const lines = head.map(([label, text]) => `<p>${label ? `<b>${escaped(label)}:</b> ` : ''}${escaped(text)}</p>`)
  const html = `<!doctype html><html lang="${language === 'fr' ? 'fr' : 'en'}"><head><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
${lines.length > 0 ? `<div id="head">${lines.join('')}</div>` : ''}
${notes.length > 0 ? `<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>` : ''}
${mail === null ? '' : `<iframe sandbox title="${escaped(title)}" srcdoc="${escaped(mail)}"></iframe>`}
</body></html>`
  return new Response(html, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
    },
  })
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (found) => `&#${found.charCodeAt(0)};`)
}
