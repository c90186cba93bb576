"""Addresses of Prediction pages whose form is filled: without values a page opens with nothing known."""

from __future__ import annotations

from urllib.parse import urlencode

VALUES = {
    "iris": {"sepal_length": "5.8", "sepal_width": "3", "petal_length": "4.2", "petal_width": "1.3"},
    "breast-cancer": {
        "radius_mean": "13.4",
        "texture_mean": "19",
        "smoothness_mean": "0.095",
        "compactness_mean": "0.09",
    },
    "loan": {
        "Gender": "Male",
        "Married": "Yes",
        "Dependents": "0",
        "Education": "Graduate",
        "Self_Employed": "No",
        "ApplicantIncome": "4400",
        "CoapplicantIncome": "0",
        "LoanAmount": "125",
        "Loan_Amount_Term": "360",
        "Credit_History": "1",
        "Property_Area": "Semiurban",
    },
    "bank-products": {
        "age": "45",
        "family_size": "2",
        "education": "undergraduate",
        "region": "bay-area",
        "income": "64",
        "card_spending": "1.4",
        "mortgage": "0",
        "online_banking": "true",
    },
}


def filled(model: str, **changes: str) -> str:
    """Address of the model's Prediction page with a value in every field, of which some may be others."""
    return f"/{model}/predict?{urlencode(VALUES[model] | changes)}"
