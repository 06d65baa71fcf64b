// Signs in with a passkey, or makes one. A form asks for it with data-passkey="get" or "create" and data-options, the
// JSON that the node made; the answer goes into its field "response". Without this script a person signs in with a
// password and a code.
'use strict'
for (const form of document.querySelectorAll('form[data-passkey]')) {
  const status = form.querySelector('[data-passkey-status]')
  const tell = (name) => { if (status) status.textContent = status.dataset[name] ?? '' }
  const known = window.PublicKeyCredential
  if (!known?.parseRequestOptionsFromJSON || !known?.parseCreationOptionsFromJSON) {
    tell('unsupported')
    continue
  }
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    tell('waiting')
    try {
      const options = JSON.parse(form.dataset.options)
      const given = options.publicKey ?? options
      const credential = form.dataset.passkey === 'create'
        ? await navigator.credentials.create({ publicKey: known.parseCreationOptionsFromJSON(given) })
        : await navigator.credentials.get({ publicKey: known.parseRequestOptionsFromJSON(given) })
      form.elements.response.value = JSON.stringify(credential.toJSON())
      form.submit()
    } catch {
      tell('failed')
    }
  })
}
