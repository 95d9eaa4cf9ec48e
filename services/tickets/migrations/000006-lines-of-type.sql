-- Only an organizer who deletes a type asks for its lines, and can wait for the event's to be read; every order paid for the index.
drop index order_line_of_type;
