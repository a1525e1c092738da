"""Form builders and plain HTML forms."""

from __future__ import annotations

from typing import Final

from tests.corpus.case import OWNER, Case, Sent, queued, refused, rejected

ANA: Final = "34600000001"
THANKS: Final = "https://www.acme.example/thanks.html"

CASES: Final[tuple[Case, ...]] = (
    # A person's browser: it follows to the page the hook names, and clicks twice.
    queued(
        "forms/01-html-urlencoded", "contact_form", "form",
        Sent(
            "contact_form/María Núñez", ANA,
            "Hola María Núñez, recibimos tu mensaje:\n> Hola,\nquiero más información & precios (50% off?)",
        ),
        status=303, headers={"location": THANKS}, repairs=("phone:*",), again="duplicate",
    ),
    queued(
        "forms/03-html-multipart-file", "quote_form", "multipart",
        Sent(
            "quote_form/Luís Ferreira", "351910000002",
            "Luís Ferreira: Orçamento em anexo (plano é.txt, sem foto)",
        ),
    ),
    queued(
        "forms/04-html-text-plain-enctype", "contact_form", "text",
        Sent("contact_form/Ana", ANA, "Hola Ana, recibimos tu mensaje:\n> hi = there"),
    ),
    # 81 is Recife's area code; its nine digits begin with 9, as mobile numbers do since 2016. The answers came with
    # blanks at their ends.
    queued(
        "forms/05-jotform-multipart", "jotform_signup", "multipart",
        Sent(
            "jotform_signup/6483681866127454931", "5581900000559",
            "Olá José Fábio de Olinda, recebemos seu Formulário de Inscrição (Recomeçar).",
        ),
        repairs=("rawRequest:json_in_field", "rawRequest:wrapper_opened", "phone:*"), again="duplicate",
    ),
    queued(
        "forms/06-typeform-form-response", "typeform_city", "json",
        Sent("typeform_city/abc123456", ANA, "Greetings to London! We write to laura@example.com (abc123456)."),
        token="", again="duplicate",
    ),
    # Choices come as ids; the texts people saw stand in the question's options.
    queued(
        "forms/07-tally-form-response", "tally_answers", "json",
        Sent(
            "tally_answers/alice@example.com", "32491223344",
            "alice@example.com: In progress, Swimming and Skiing, Hard, score 20 (newsletter)",
        ),
        token="", again="duplicate",
    ),
    queued(
        "forms/09-google-forms-urlencoded", "google_form", "form",
        Sent("google_form/2_ABaOnudEXAMPLE", ANA, "Hola Ana Pérez, ¡gracias!"),
        token="", repairs=("phone:national_number",), again="duplicate",
    ),
    # Ten digits; Spain's numbers have nine.
    rejected(
        "forms/10-gravityforms-json-all-fields", "gravity_contact", "json", fields={"3": "(600) 000-0001"},
    ),
    queued(
        "forms/10-gravityforms-json-all-fields", "gravity_desk", "json",
        Sent(
            "gravity_desk/134", OWNER,
            "María Núñez <maria@acme.example>: Demo, Soporte\nQuiero precios\nGracias\n"
            "https://www.acme.example/wp-content/uploads/gravity_forms/5-abc/2026/10/plano.pdf",
        ),
        again="duplicate",
    ),
    # The signature covers the fields as PHP writes JSON, not the body on the wire.
    queued(
        "forms/13-wpforms-form-signed-over-json", "wpforms_contact", "form",
        Sent(
            "wpforms_contact/34600000001", ANA,
            "Hola María Núñez, gracias por escribir desde https://www.acme.example/contacto/",
        ),
        token="", again="new",
    ),
    queued(
        "forms/14-cf7-to-webhook-json", "cf7_contact", "json",
        Sent("cf7_contact/34600000001", ANA, "Hola María Núñez (Demo, Soporte):\nHola\nPrecio?"),
        token="", repairs=("phone:national_number",),
    ),
    queued(
        "forms/15-elementor-simple", "elementor_simple", "form",
        Sent("elementor_simple/34600000001", ANA, "Hola María Núñez <maria@acme.example>: Quiero precios"),
        repairs=("phone:national_number",),
    ),
    # 11 is São Paulo's area code.
    queued(
        "forms/16-elementor-advanced-data", "elementor_advanced", "form",
        Sent(
            "elementor_advanced/5511900007777", "5511900007777",
            "Olá Maria Teste <maria.teste@example.com>: projeto_customizado, https://www.acme.example/",
        ),
        repairs=("phone:national_number",),
    ),
    # 555 is no area code. The JSON number is written out, without exponent and without .0.
    rejected(
        "forms/17-webflow-v2-form-submission", "webflow_contact", "json",
        token="", fields={'payload.data."Phone Number"': '"15550000000"'},
    ),
    queued(
        "forms/17-webflow-v2-form-submission", "webflow_desk", "json",
        Sent(
            "webflow_desk/zaphod@heartofgold.ai", OWNER,
            "Contact Us: Zaphod Beeblebrox <zaphod@heartofgold.ai>, 15550000000",
        ),
        token="", again="duplicate",
    ),
    queued(
        "forms/19-netlify-forms-jws", "netlify_contact", "json",
        Sent(
            "netlify_contact/614d2b91e3695a1fb8eb52c5", ANA,
            "Hi Kevin, you wrote:\nHey there, just checking out to say how nice this website is!",
        ),
        token="", again="duplicate",
    ),
    rejected(
        "forms/20-formstack-urlencoded-captured", "formstack_contact", "form",
        token="", fields={"Phone": "missing"}, says=("UniqueID",),
    ),
    queued(
        "forms/20-formstack-urlencoded-captured", "formstack_desk", "form",
        Sent("formstack_desk/1500878955", OWNER, "Entry 1500878955 of form 6606394: somebody, no phone"),
        token="", again="duplicate",
    ),
    # 600 is no geographic area code of North America.
    rejected(
        "forms/21-formstack-json", "formstack_contact", "json", token="", fields={"Phone": "(600) 000-0001"},
    ),
    queued(
        "forms/21-formstack-json", "formstack_desk", "json",
        Sent("formstack_desk/9876543210", OWNER, "Entry 9876543210 of form 1234567: Jane Smith, (600) 000-0001"),
        token="", again="duplicate",
    ),
    rejected("forms/22-wufoo-metadata", "wufoo_contact", "form", token="", fields={"Field4": "6000000001"}),
    queued(
        "forms/22-wufoo-metadata", "wufoo_desk", "form",
        Sent(
            "wufoo_desk/42", OWNER,
            "Contact 42: Jane Smith <jane@example.com>, 6000000001, Demo, no support, "
            "https://acme.wufoo.example/cabinet/abc/plan.pdf",
        ),
        token="", repairs=("FieldStructure:json_in_field", "FormStructure:json_in_field"), again="duplicate",
    ),
    rejected("forms/23-cognito-entry", "cognito_contact", "json", fields={"Phone": "(600) 000-0001"}),
    queued(
        "forms/23-cognito-entry", "cognito_desk", "json",
        Sent("cognito_desk/1", OWNER, "Basic Contact Form 6, line 1: Product 1 Name for Michael Example"),
        Sent("cognito_desk/2", OWNER, "Basic Contact Form 6, line 2: Product 2 Name for Michael Example"),
        again="duplicate",
    ),
    rejected(
        "forms/44-wordpress-hookpress-user-register", "hookpress_member", "form",
        token="", fields={"phone": "missing"},
        received_keys=("stream", "topic", "post_type", "hook", "display_name", "user_email"),
    ),
    queued(
        "forms/44-wordpress-hookpress-user-register", "hookpress_desk", "form",
        Sent("hookpress_desk/test_user", OWNER, "New Blog Users: test_user <test_user@example.com>"), token="",
    ),
    queued(
        "forms/48-edge-json-labelled-as-form", "generic_contact", "json",
        Sent("generic_contact/34600000001", ANA, "Hi Ana!"), repairs=("*:content_type",),
    ),
    queued(
        "forms/50-edge-utf8-bom-json", "generic_es", "json",
        Sent("generic_es/34600000001", ANA, "Hola Ana: 1 x"), repairs=("*:bom", "phone:national_number"),
    ),
    queued(
        "forms/52-edge-empty-body-query-only", "generic_get", "query", Sent("generic_get/34600000001", ANA, "Ana: hola"),
    ),
    # A GET is off unless a hook asks for it: link previews and scanners open addresses, too.
    refused("forms/52-edge-empty-body-query-only", "generic_contact", says=("GET", "POST")),
)  # fmt: skip
