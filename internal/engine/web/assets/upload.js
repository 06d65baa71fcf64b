// Shows how far an upload is. A form asks for it with data-upload and has a <progress> inside; without this script the
// browser sends the form by itself.
'use strict'
for (const form of document.querySelectorAll('form[data-upload]')) {
  form.addEventListener('submit', (event) => {
    const bar = form.querySelector('progress')
    if (!bar) return
    event.preventDefault()
    const request = new XMLHttpRequest()
    const body = new FormData(form, event.submitter)
    request.open('POST', form.action)
    request.setRequestHeader('Accept', 'text/html')
    request.upload.addEventListener('progress', (e) => {
      bar.hidden = false
      if (e.lengthComputable) {
        bar.max = e.total
        bar.value = e.loaded
      }
    })
    request.addEventListener('load', () => {
      // The answer is shown as the browser would have shown it; asking for it again would lose its message.
      const page = new DOMParser().parseFromString(request.responseText, 'text/html')
      if (request.responseURL && request.responseURL !== form.action) history.pushState(null, '', request.responseURL)
      document.title = page.title
      document.body.replaceWith(page.body)
      document.querySelector('.govuk-error-summary a, h1')?.scrollIntoView()
    })
    request.addEventListener('error', () => { bar.hidden = true; form.submit() })
    request.send(body)
  })
}
