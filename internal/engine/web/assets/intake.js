// Takes files in piece by piece (tus 1.0): with progress, pause, and resume after a cut line or a closed page. A form
// asks for it with data-evidence, the address of the uploads; without this script the browser sends the form by itself.
'use strict'
for (const form of document.querySelectorAll('form[data-evidence]')) {
  const files = form.querySelector('input[type=file]')
  const drop = form.querySelector('[data-evidence-drop]')
  const box = form.querySelector('[data-evidence-progress]')
  const bar = box.querySelector('progress')
  const status = box.querySelector('[data-evidence-status]')
  const pause = box.querySelector('[data-evidence-pause]')
  const wait = (ms) => new Promise((go) => setTimeout(go, ms))
  let paused = false
  let sending = null
  let resume = () => {}

  form.querySelector('[data-evidence-hint]').hidden = false
  for (const kind of ['dragover', 'drop']) drop.addEventListener(kind, (e) => e.preventDefault())
  drop.addEventListener('drop', (e) => { if (e.dataTransfer.files.length) files.files = e.dataTransfer.files })

  pause.addEventListener('click', () => {
    paused = !paused
    pause.textContent = paused ? pause.dataset.go : pause.dataset.stop
    if (paused) {
      status.textContent = status.dataset.paused
      if (sending) sending.abort()
    } else {
      resume()
    }
  })

  const stop = (why) => Object.assign(new Error(why), { final: true })

  // Leads to the answer that was not taken, which the node names by its field.
  function point (said) {
    const field = form.querySelector(`[name="${CSS.escape(/field ([a-z_:]+)/.exec(said)?.[1] ?? '')}"]:not([type=hidden])`)
    if (!field) return
    field.closest('.govuk-form-group')?.classList.add('govuk-form-group--error')
    const closed = field.closest('details')
    if (closed) closed.open = true
    field.focus()
    field.scrollIntoView({ block: 'center' })
  }

  const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

  // What the form says, as the metadata of one upload.
  function metadata (file, number) {
    const fields = new Map()
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== 'string' || value === '') continue
      fields.set(name, fields.has(name) ? fields.get(name) + '\n' + value : value)
    }
    if (number > 1) fields.set('label', fields.get('label') + '-' + number)
    fields.set('filename', file.name)
    fields.set('source', [file.name, file.size, file.lastModified, number].join('\n'))
    return [...fields].map(([k, v]) => k + ' ' + base64(v)).join(',')
  }

  function request (method, address, headers, body, progress) {
    return new Promise((done, failed) => {
      const r = new XMLHttpRequest()
      r.open(method, address)
      r.setRequestHeader('Tus-Resumable', '1.0.0')
      for (const [k, v] of Object.entries(headers)) r.setRequestHeader(k, v)
      if (progress) r.upload.addEventListener('progress', (e) => progress(e.loaded))
      r.addEventListener('load', () => {
        const out = r.status === 401 || new URL(r.responseURL).pathname === '/sign-in'
        return out ? failed(stop('ended')) : done(r)
      })
      r.addEventListener('error', () => failed(new Error('cut')))
      r.addEventListener('abort', () => failed(new Error('abort')))
      sending = r
      r.send(body)
    })
  }

  function show (file, at) {
    bar.value = file.size ? at / file.size : 1
    const words = { '{name}': file.name, '{percent}': Math.floor(100 * bar.value) }
    status.textContent = status.dataset.sending.replace(/\{name\}|\{percent\}/g, (place) => words[place])
  }

  // Sends one file from where the node has it, and returns the address of its item.
  async function send (file, number, many) {
    const made = await request('POST', form.dataset.evidence, { 'Upload-Length': file.size, 'Upload-Metadata': metadata(file, number) })
    if (made.status === 507) throw stop('full')
    if (made.status >= 400 && made.status < 500) {
      point(made.responseText)
      throw stop('wrong')
    }
    if (made.status !== 201) throw new Error('cut')
    const address = form.dataset.evidence + '/' + made.getResponseHeader('Location').split('/').pop()
    const head = await request('HEAD', address, {})
    let at = Number(head.getResponseHeader('Upload-Offset'))
    if (head.status !== 200) throw new Error('cut')
    show(file, at)
    if (at < file.size) {
      const headers = { 'Upload-Offset': at, 'Content-Type': 'application/offset+octet-stream' }
      const sent = await request('PATCH', address, headers, file.slice(at), (n) => show(file, at + n))
      if (sent.status !== 204) throw new Error('cut')
      at = file.size
    }
    const item = await request('POST', address + '/finish' + (many ? '?many=yes' : ''), {})
    if (item.status !== 201) throw new Error('cut')
    return item.getResponseHeader('Location')
  }

  // Tries until the file has arrived, was refused, or the person pauses; what has arrived is never sent again.
  async function insist (file, number, many) {
    for (let pauseFor = 1000; ; pauseFor = Math.min(2 * pauseFor, 30000)) {
      if (paused) await new Promise((go) => { resume = go })
      try {
        return await send(file, number, many)
      } catch (e) {
        if (e.final) throw e
        if (paused) continue
        status.textContent = status.dataset.again
        await wait(pauseFor)
      }
    }
  }

  form.addEventListener('submit', async (event) => {
    if (!files.files.length || form.dataset.busy) {
      if (form.dataset.busy) event.preventDefault()
      return
    }
    event.preventDefault()
    form.dataset.busy = 'yes'
    box.hidden = false
    for (const group of form.querySelectorAll('.govuk-form-group--error')) group.classList.remove('govuk-form-group--error')
    try {
      const all = [...files.files]
      let last = ''
      for (let i = 0; i < all.length; i++) last = await insist(all[i], i + 1, all.length > 1)
      window.location.assign(all.length === 1 ? last : form.action.replace(/\/add(\?.*)?$/, ''))
    } catch (e) {
      status.textContent = status.dataset[e.message] || status.dataset.wrong
    } finally {
      delete form.dataset.busy
    }
  })
}
