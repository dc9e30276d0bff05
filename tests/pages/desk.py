"""Somebody at a desk: signs in, opens tasks, fills in forms, submits."""

from tests.api.driver import PASSWORD, pdf


class Desk:
    """One person's browser; ``complaints`` collects what its console says."""

    def __init__(self, browser, address, username, locale, folder):
        self._address = address
        self._folder = folder
        self._context = browser.new_context(
            base_url=address, locale=locale, viewport={"width": 1360, "height": 900}
        )
        self.page = self._context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto("/")
        self.page.fill("#username", username)
        self.page.fill("#password", PASSWORD)
        self.page.click(".signin button.primary")

    def _hear(self, message):
        # A refused form answers 422, which the console calls an error.
        if message.type == "error" and "422" not in message.text:
            self.complaints.append(message.text)

    def close(self):
        self._context.close()

    def open_task(self, element_id, project_no):
        """Open a task of a project from the inbox, claiming it where needed."""
        row = f"tr[data-element={element_id}]:has-text('{project_no}')"
        self.page.goto("/")
        if not self.page.locator(row).count():
            self.page.goto("/claimable")
            self.page.click(f"{row} button")
            return
        self.page.click(f"{row} a >> nth=0")

    def fill(self, values):
        """Fill in fields by their names; lists get the rows that they need."""
        for name, value in values.items():
            self._set(name, value)

    def _set(self, name, value):
        if isinstance(value, list) and value and isinstance(value[0], dict | str):
            self._set_list(name, value)
        elif isinstance(value, bytes):
            self._attach(name, value)
        elif isinstance(value, bool):
            shown = "true" if value else "false"
            self.page.check(f"input[name='{name}'][value='{shown}']")
        else:
            self._type(name, str(value))

    def _set_list(self, name, rows):
        boxes = self.page.locator(f"input[type=checkbox][name='{name}']")
        if boxes.count():
            for each in rows:
                self.page.check(f"input[name='{name}'][value='{each}']")
            return
        for number, row in enumerate(rows):
            if number:
                self.page.click(f"button[name=add][value='{name}']")
                self.page.wait_for_selector(f"[name^='{name}.{number}']")
            if isinstance(row, dict):
                for inner, value in row.items():
                    self._set(f"{name}.{number}.{inner}", value)
            else:
                self._set(f"{name}.{number}", row)

    def _type(self, name, text):
        control = self.page.locator(f"[name='{name}']").first
        kind = control.get_attribute("type")
        if kind == "radio":
            self.page.check(f"input[name='{name}'][value='{text}']")
        elif control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)

    def _attach(self, name, content):
        file = self._folder / f"{name}-{abs(hash(content))}.pdf"
        file.write_bytes(content)
        with self.page.expect_response(lambda r: r.url.endswith("/file")):
            self.page.set_input_files(f"input[type=file][name='{name}']", file)
        self.page.wait_for_selector(
            f"input[type=hidden][name='{name}']", state="attached"
        )

    def submit(self):
        """Submit the form that is open."""
        self.page.click("#submit")

    def do(self, element_id, project_no, **values):
        """Open, fill in and submit; the inbox says that it is done."""
        self.open_task(element_id, project_no)
        self.fill(values)
        self.submit()
        self.page.wait_for_selector("p.done", timeout=10_000)


PDF = pdf
