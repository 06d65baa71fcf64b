// Saves a form while it is being written. A form asks for it with data-autosave="address"; it works the same without
// this script, by its button.
//
// Each change is sent with PUT and If-Match, one at a time. The answer's ETag is the next version. When somebody else
// was quicker (409, 412) saving stops: the page then says so, and the form's own button shows both versions.
'use strict'
for (const form of document.querySelectorAll('form[data-autosave]')) {
  const status = form.querySelector('[data-autosave-status]')
  const version = form.querySelector('input[name="version"]')
  let changed = false
  let busy = false
  let stopped = false
  let timer

  const tell = (name) => { if (status) status.textContent = status.dataset[name] ?? '' }

  const save = async () => {
    if (busy || stopped || !changed) return
    busy = true
    changed = false
    try {
      const body = new URLSearchParams()
      for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.append(name, value)
      const headers = { Accept: 'application/json' }
      if (version) headers['If-Match'] = `"${version.value}"`
      const answer = await fetch(form.dataset.autosave, { method: 'PUT', headers, body, credentials: 'same-origin' })
      if (answer.ok) {
        const next = (answer.headers.get('ETag') ?? '').replaceAll('"', '')
        if (version && next) version.value = next
        if (status) {
          const time = new Date().toLocaleTimeString(document.documentElement.lang + '-u-nu-latn', { hour: '2-digit', minute: '2-digit' })
          status.textContent = status.dataset.saved.replace('{time}', time)
        }
      } else if (answer.status === 409 || answer.status === 412) {
        stopped = true
        tell('conflict')
      } else {
        changed = true
        tell('failed')
      }
    } catch {
      changed = true
      tell('failed')
    }
    busy = false
    if (changed && !stopped) timer = setTimeout(save, 10000)
  }

  form.addEventListener('input', () => {
    changed = true
    clearTimeout(timer)
    timer = setTimeout(save, 1500)
  })
  form.addEventListener('submit', () => { stopped = true })
  addEventListener('pagehide', save)
}
